import type { Step } from '../machine/step.js'

/**
 * How far an orderly end has come: `no` is asked for; it is `waiting` for the calls in flight; it is `ready` to say goodbye.
 */
export type Closing = 'no' | 'waiting' | 'ready'

/** A session, from its handshake to its end, over all of its pipes. */
export type Life =
  /** This end has not said its verdicts yet. */
  | { readonly _tag: 'Handshaking' }
  /**
   * It has said them, so the far end may have begun the session; the far end's are still to come, over the pipe at hand or,
   * where that is gone, over the next one.
   */
  | { readonly _tag: 'Announced'; readonly attached: boolean }
  /** It has a pipe. */
  | { readonly _tag: 'Attached'; readonly closing: Closing }
  /** Its pipe is gone, and it waits for another one as long as the window is open. */
  | { readonly _tag: 'Detached'; readonly closing: Closing }
  /** This end has said goodbye, and waits for the far end's half to end. */
  | { readonly _tag: 'Leaving' }
  | { readonly _tag: 'Ended' }

/** What happens to a session. */
export type LifeEvent =
  /** This end says its verdicts. */
  | { readonly _tag: 'Announced' }
  /** The far end's are in too: it begins. */
  | { readonly _tag: 'Established' }
  /** A newer pipe is about to take over from the one at hand. */
  | { readonly _tag: 'Frozen' }
  /** Both have proved the session over a newer pipe. */
  | { readonly _tag: 'Resumed' }
  /** The pipe is gone without a goodbye; `resumable`: another one may take its place. */
  | { readonly _tag: 'Broke'; readonly resumable: boolean; readonly error: unknown }
  /** It cannot go on: the window is over, more is unacknowledged than may be kept, or the far end does not know it any more. */
  | { readonly _tag: 'Lost'; readonly error: unknown }
  /** `close()` was called. */
  | { readonly _tag: 'CloseAsked' }
  /** The calls that were in flight when closing began are over. */
  | { readonly _tag: 'Idle' }
  /** They have had time enough. */
  | { readonly _tag: 'GraceOver' }
  /** The pipe has ended in order, after a goodbye of either end. */
  | { readonly _tag: 'Finished' }

/** What is to be done about it. */
export type LifeCommand =
  /** Go on over the newer pipe: send what the far end has not taken in. */
  | { readonly _tag: 'Attach' }
  /** Let go of the pipe, and wait for another one. */
  | { readonly _tag: 'Detach'; readonly error: unknown }
  /** Start no new calls, take none, and say when there is none left. */
  | { readonly _tag: 'RefuseCalls' }
  | { readonly _tag: 'SayGoodbye' }
  /** End every call that is still open. */
  | { readonly _tag: 'End'; readonly error: unknown }

/** Where every session begins. */
export const handshaking: Life = { _tag: 'Handshaking' }

const superseded = 'a newer pipe took the session over'

/**
 * The life of a session.
 *
 * An event that means nothing in a state leaves it as it is: pipes, timers and users speak at once, and each may be late.
 *
 * @see proto/README.md, "The life of a session"
 */
export const stepLife: Step<Life, LifeEvent, LifeCommand> = (life, event) => {
  switch (life._tag) {
    case 'Handshaking':
      if (event._tag === 'Announced') return [{ _tag: 'Announced', attached: true }, []]
      if (event._tag === 'Established') return [{ _tag: 'Attached', closing: 'no' }, [{ _tag: 'Attach' }]]
      return endsBeforeItBegan(event) ? [ended, []] : [life, []]
    case 'Announced':
      return announced(life, event)
    case 'Attached':
      return attached(life, event)
    case 'Detached':
      return detached(life, event)
    case 'Leaving':
      // whoever has said goodbye does not mind how the far end goes
      if (event._tag === 'Broke' || event._tag === 'Finished' || event._tag === 'Lost') return end(undefined)
      return [life, []]
    case 'Ended':
      return [life, []]
  }
}

type Next = ReturnType<typeof stepLife>

const ended: Life = { _tag: 'Ended' }
const leaving: Life = { _tag: 'Leaving' }

const end = (error: unknown): Next => [ended, [{ _tag: 'End', error }]]

const endsBeforeItBegan = ({ _tag }: LifeEvent): boolean => _tag === 'Broke' || _tag === 'Finished' || _tag === 'Lost'

const announced = (life: Extract<Life, { readonly _tag: 'Announced' }>, event: LifeEvent): Next => {
  const waiting = { _tag: 'Announced', attached: false } as const
  switch (event._tag) {
    case 'Announced':
      return life.attached ? [life, []] : [{ _tag: 'Announced', attached: true }, []]
    case 'Established':
      return life.attached ? [{ _tag: 'Attached', closing: 'no' }, [{ _tag: 'Attach' }]] : [life, []]
    case 'Frozen':
      return life.attached ? [waiting, [{ _tag: 'Detach', error: superseded }]] : [life, []]
    case 'Broke':
      if (!life.attached) return [life, []]
      return event.resumable ? [waiting, [{ _tag: 'Detach', error: event.error }]] : end(event.error)
    case 'Finished':
      return life.attached ? end(undefined) : [life, []]
    case 'Lost':
      return end(event.error)
    case 'Resumed':
    case 'CloseAsked':
    case 'Idle':
    case 'GraceOver':
      return [life, []]
  }
}

const attached = (life: Extract<Life, { readonly _tag: 'Attached' }>, event: LifeEvent): Next => {
  const { closing } = life
  switch (event._tag) {
    case 'Frozen':
      return [{ _tag: 'Detached', closing }, [{ _tag: 'Detach', error: superseded }]]
    case 'Broke':
      if (!event.resumable) return end(event.error)
      return [{ _tag: 'Detached', closing }, [{ _tag: 'Detach', error: event.error }]]
    case 'Lost':
      return end(event.error)
    case 'Finished':
      return end(undefined)
    case 'CloseAsked':
      return closing === 'no' ? [{ _tag: 'Attached', closing: 'waiting' }, [{ _tag: 'RefuseCalls' }]] : [life, []]
    case 'Idle':
    case 'GraceOver':
      return closing === 'waiting' ? [leaving, [{ _tag: 'SayGoodbye' }]] : [life, []]
    case 'Announced':
    case 'Established':
    case 'Resumed':
      return [life, []]
  }
}

const detached = (life: Extract<Life, { readonly _tag: 'Detached' }>, event: LifeEvent): Next => {
  const { closing } = life
  switch (event._tag) {
    case 'Resumed':
      // what was said before the goodbye is sent again before it
      if (closing === 'ready') return [leaving, [{ _tag: 'Attach' }, { _tag: 'SayGoodbye' }]]
      return [{ _tag: 'Attached', closing }, [{ _tag: 'Attach' }]]
    case 'Lost':
      return end(event.error)
    case 'CloseAsked':
      return closing === 'no' ? [{ _tag: 'Detached', closing: 'waiting' }, [{ _tag: 'RefuseCalls' }]] : [life, []]
    case 'Idle':
      return closing === 'waiting' ? [{ _tag: 'Detached', closing: 'ready' }, []] : [life, []]
    case 'GraceOver':
      return closing === 'no' ? [life, []] : end(undefined)
    case 'Broke':
    case 'Finished':
    case 'Frozen':
    case 'Announced':
    case 'Established':
      return [life, []]
  }
}

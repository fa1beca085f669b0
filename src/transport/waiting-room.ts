import { Observable, type Subscriber } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { HeldPipe } from './hold-pipe.js'

/** A listener's clients: those that wait for `pipes$`, and those that have gone through. */
export interface WaitingRoom {
  /** As {@link Door.pipes$} describes it, with what the transport may do to each. */
  readonly held$: Observable<HeldPipe>
  /** How many clients wait for a subscription to `pipes$`. */
  readonly waiting: number
  /** Lets a client in. */
  admit(held: HeldPipe): void
  /** No more clients come: `pipes$` completes, and `left` is called once the last one has gone. */
  close(left: () => void): void
  /** Hangs up on every client. */
  hangUp(): void
}

/** Keeps the clients of one listener: hands each pipe to the one subscriber, and forgets it when it is over. */
export const waitingRoom = (): WaitingRoom => {
  const inside = new Set<HeldPipe>()
  const waiting: HeldPipe[] = []
  let subscriber: Subscriber<HeldPipe> | undefined
  let whenLeft: (() => void) | undefined

  const settle = (): void => {
    if (whenLeft === undefined) return
    if (waiting.length === 0) subscriber?.complete()
    if (inside.size === 0) whenLeft()
  }

  const held$ = new Observable<HeldPipe>(incomer => {
    if (subscriber !== undefined) {
      incomer.error(new PipeError('misused', 'pipes$ was subscribed to twice at a time: share() it'))
      return
    }
    subscriber = incomer
    incomer.add(() => {
      subscriber = undefined
    })
    for (let held = waiting.shift(); held !== undefined; held = waiting.shift()) {
      incomer.next(held)
      if (incomer.closed) return
    }
    settle()
  })

  return {
    held$,
    get waiting() {
      return waiting.length
    },
    admit: held => {
      inside.add(held)
      const leave = (): void => {
        inside.delete(held)
        settle()
      }
      held.over$.subscribe({ error: leave, complete: leave })
      if (subscriber === undefined) waiting.push(held)
      else subscriber.next(held)
    },
    close: left => {
      whenLeft = left
      settle()
    },
    hangUp: () => {
      for (const held of inside) held.hangUp()
    },
  }
}

import { Observable } from 'rxjs'
import { endingBy } from '../../pipe/lending.js'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { HeldPipe } from '../hold-pipe.js'
import type { Exited } from './exited.js'
import { exitFollowsWithin, explainedByExit } from './explained-by-exit.js'
import { exitedError, type Offspring } from './offspring.js'

/** Starts a child, which is handed to `born`, and emits the pipe to it once it has connected. */
export type Road = (born: (child: Offspring) => void) => Observable<HeldPipe>

/** The limits of a child's life, in milliseconds. */
export interface Limits {
  readonly connectWithin?: number
  readonly grace?: number
}

const isReset = (error: unknown): boolean => error instanceof PipeError && error.why === 'reset'

/**
 * Leads a child through its life, as {@link spawn} describes it.
 *
 * @param road - how it is started and reached
 * @param command - its name in messages
 */
export const raise = (road: Road, command: string, { connectWithin = 10_000, grace = 2_000 }: Limits): Transport =>
  new Observable(subscriber => {
    let child: Offspring | undefined
    let exited: Exited | undefined
    let held: HeldPipe | undefined
    let timer: NodeJS.Timeout | undefined
    let dismissed = false
    let exitedFirst = false
    let over: { readonly error?: unknown } | undefined

    const after = (ms: number, what: () => void): void => {
      clearTimeout(timer)
      timer = setTimeout(what, ms)
    }

    const terminate = (): void => {
      dismissed = true
      child?.terminate()
      after(grace, () => child?.kill())
    }

    /** Both the pipe and the child are gone. */
    const settle = (): void => {
      if (exited === undefined || over === undefined) return
      clearTimeout(timer)
      // a pipe that breaks just before its child ends broke because of that
      const explained = exitedFirst || over.error === undefined || isReset(over.error)
      if (explained && !exited.clean && !dismissed) subscriber.error(exitedError(exited, 'during the conversation'))
      else if (exitedFirst || over.error === undefined) subscriber.complete()
      else subscriber.error(over.error)
    }

    const end = (how: { readonly error?: unknown }): void => {
      over ??= how
      if (exited === undefined) after('error' in how ? Math.min(grace, exitFollowsWithin) : grace, terminate)
      else settle()
    }

    const watch = (offspring: Offspring): void => {
      child = offspring
      after(connectWithin, () => {
        const hint = 'call fromParent() in it, or allow more with { connectWithin }'
        over = { error: new PipeError('refused', `${command} did not connect within ${connectWithin} ms: ${hint}`) }
        terminate()
      })
      offspring.exit$.subscribe({
        next: how => {
          clearTimeout(timer)
          // it may have connected a moment before: that is told in this turn of the event loop
          setImmediate(() => {
            exited = how
            exitedFirst = held !== undefined && over === undefined
            if (held === undefined) over ??= { error: exitedError(how, 'before it connected') }
            held?.windUp()
            settle()
          })
        },
        error: (error: unknown) => subscriber.error(error),
      })
    }

    const connected = (pipe: HeldPipe, { exit$ }: Offspring): void => {
      held = pipe
      clearTimeout(timer)
      pipe.over$.subscribe({ error: (error: unknown) => end({ error }), complete: () => end({}) })
      subscriber.next({ ...pipe.pipe, incoming: endingBy(pipe.pipe.incoming, explainedByExit(exit$)) })
    }

    const connection = road(watch).subscribe({
      next: pipe => child && connected(pipe, child),
      error: (error: unknown) => subscriber.error(error),
    })

    return () => {
      connection.unsubscribe()
      if (exited !== undefined || child === undefined) clearTimeout(timer)
      else if (held === undefined) terminate()
      else if (!dismissed) {
        child.release()
        after(grace, terminate)
      }
    }
  })

import { asyncScheduler, Observable, ReplaySubject, type SchedulerLike, Subscription, take } from 'rxjs'
import { checkOptions, duration } from '../error/check-options.js'
import { InvalidOption } from '../error/invalid-option.js'
import type { Attempt, Pipe } from './pipe.js'

/**
 * When to dial again.
 *
 * Given which attempt this is (counted from 1 since the pipe was last whole) and what ended the last one, an Observable
 * whose first value, or completion, lets the next attempt begin; its error gives up. A {@link Delay} says its wait.
 */
export type Policy = (attempt: number, error: unknown) => Observable<unknown> | Delay

/** A wait before the next attempt, in milliseconds; `undefined` gives up. */
export interface Delay {
  readonly delayMs: number | undefined
}

/** How {@link reconnect} behaves. */
export interface ReconnectOptions {
  /** Dial again also after an orderly end, as when a server restarts politely; default `true`. */
  readonly afterGoodbye?: boolean
  /** A pipe that held that long counts as whole: attempts are counted anew; milliseconds, default 5,000. */
  readonly heldFor?: number
  /** Clock for waits; a test passes a virtual one. */
  readonly scheduler?: SchedulerLike
}

/** A platform's timer that is asked for more, in milliseconds, rings at once. */
const longestTimer = 0x7fff_ffff

const isRefusal = (error: unknown): boolean => (error as { readonly _tag?: unknown } | undefined)?._tag === 'Refused'

/** A far end that refused will refuse again, unless it was only late; other errors say so themselves. */
const isFinal = (error: unknown): boolean => {
  const { _tag, why, final } = (error ?? {}) as Readonly<Record<'_tag' | 'why' | 'final', unknown>>
  return (_tag === 'Refused' && why !== 'late') || final === true
}

/**
 * Dials again when a pipe breaks: `retry` with manners.
 *
 * Works on any transport. Fails with the last error when the policy gives up, and at once when the far end refused the
 * handshake, or with an error of a transport that says that it is `final`. Its pipes tell of the attempts that follow them, which feeds `status$`.
 *
 * @example
 * ```ts
 * dial(key).pipe(reconnect(exponential({ from: 50, to: 5_000 })), peer({ uses: Kitchen }))
 * ```
 *
 * @param policy - when to try; {@link exponential}, {@link linear}, or any function
 */
export const reconnect =
  <P extends Pipe<any, any>>(policy: Policy, options: ReconnectOptions = {}) =>
  (dial: Observable<P>): Observable<P> => {
    checkOptions('reconnect', options, { heldFor: duration })
    const { afterGoodbye = true, heldFor = 5_000, scheduler = asyncScheduler } = options
    return new Observable(subscriber => {
      let attempt = 0
      let wholeSince: number | undefined
      // of the pipe that was emitted last: the next attempts are its story
      let attempts = new ReplaySubject<Attempt>(1)
      let dialling = Subscription.EMPTY
      subscriber.add(() => dialling.unsubscribe())

      const tryAgain = (error: unknown) => {
        // a far end that takes its time to come to no session has not held
        if (wholeSince !== undefined && scheduler.now() - wholeSince >= heldFor && !isRefusal(error)) attempt = 0
        wholeSince = undefined
        attempt++
        let wait: Observable<unknown> | Delay
        try {
          wait = policy(attempt, error)
        } catch (thrown) {
          subscriber.error(thrown)
          return
        }
        if ('delayMs' in wait) {
          const { delayMs } = wait
          if (delayMs === undefined) {
            giveUp(error)
            return
          }
          if (!duration.holds(delayMs)) {
            subscriber.error(new InvalidOption('delayMs', delayMs, duration.wanted))
            return
          }
          attempts.next({ attempt, error, nextTryAt: scheduler.now() + delayMs })
          dialling = scheduler.schedule(dialNow, Math.min(delayMs, longestTimer))
          return
        }
        attempts.next({ attempt, error, nextTryAt: scheduler.now() })
        const waiting = new Subscription()
        dialling = waiting
        const go = () => {
          waiting.unsubscribe()
          dialNow()
        }
        // a value that comes within the subscription is followed by the completion: one of them is to count
        waiting.add(
          wait.pipe(take(1)).subscribe({ complete: go, error: (thrown: unknown) => subscriber.error(thrown) }),
        )
      }
      const giveUp = (error: unknown) => {
        if (error === undefined) subscriber.complete()
        else subscriber.error(error)
      }
      const dialNow = () => {
        if (subscriber.closed) return
        const ended = (error: unknown) => {
          current.unsubscribe()
          tryAgain(error)
        }
        const current = new Subscription()
        dialling = current
        current.add(
          dial.subscribe({
            next: pipe => {
              attempts.complete()
              attempts = new ReplaySubject<Attempt>(1)
              wholeSince = scheduler.now()
              subscriber.next({ ...pipe, attempts: attempts.asObservable() })
            },
            error: (error: unknown) => {
              if (isFinal(error)) subscriber.error(error)
              else ended(error)
            },
            complete: () => {
              if (afterGoodbye) ended(undefined)
              else subscriber.complete()
            },
          }),
        )
      }
      dialNow()
    })
  }

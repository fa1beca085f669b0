import { of, switchMap, type Observable, type SchedulerLike } from 'rxjs'
import type { Status } from '../peer/status.js'
import type { ObservableExpectations } from './expect-observables.js'
import type { Happening, Lanes } from './lane.js'

/**
 * The alphabet of a peer's status: `c` Connecting, `C` Connected, `r` Reconnecting, `D` Disconnected. `|` is the end of the Observable
 * of peers, `#` its error.
 */
export const statusLetters: Readonly<Record<Status['_tag'], string>> = {
  Connecting: 'c',
  Connected: 'C',
  Reconnecting: 'r',
  Disconnected: 'D',
}

/** Fields that a status is to have; an `error` may be named by its `_tag` and `why`: `'PipeError reset'`. */
export interface StatusFields {
  readonly attempt?: number
  readonly nextTryAt?: number | undefined
  readonly error?: unknown
}

/** What is expected of a letter's statuses: of all of them, or of one after the other. */
export type StatusValues = Readonly<Record<string, StatusFields | readonly StatusFields[]>>

interface HasStatus {
  readonly status$: Observable<Status>
}

/**
 * Expects the status of peers over time. Subscribes to their Observable as `expectObservable` does, which is what makes a
 * dialler dial: where the test subscribes as well, `share()` makes the two one connection.
 *
 * @param peers$ - a peer's `status$` itself, or an Observable of peers, of which the latest counts
 * @param subscription - a diagram of rxjs's: `250ms !` unsubscribes at 250 ms
 *
 * @example
 * ```ts
 * expectStatus(client$, '250ms !').toBe('20ms C 19ms r 129ms C', { r: { attempt: 1, error: 'PipeError ended' } })
 * ```
 */
export type ExpectStatus = (
  peers$: Observable<HasStatus | Status>,
  subscription?: string,
) => { readonly toBe: (diagram: string, values?: StatusValues) => void }

const errorText = (error: unknown): string => {
  const { _tag, why } = (error ?? {}) as { readonly _tag?: unknown; readonly why?: unknown }
  return [_tag ?? error, why].filter(Boolean).join(' ')
}

const textOf = (status: Status): string => {
  const why = 'error' in status && status.error !== undefined ? `: ${errorText(status.error)}` : ''
  if (status._tag !== 'Reconnecting') return `${status._tag}${why}`
  const next = status.nextTryAt === undefined ? '' : `, next try at ${status.nextTryAt} ms`
  return `Reconnecting, attempt ${status.attempt}${next}${why}`
}

const happeningOf = (at: number, status: Status): Happening => ({
  at,
  letter: statusLetters[status._tag],
  text: () => textOf(status),
  field: (name, wanted) => {
    const value = (status as unknown as Readonly<Record<string, unknown>>)[name]
    return name === 'error' && typeof wanted === 'string' ? errorText(value) : value
  },
})

/** Expects statuses, among the other lanes of a test. */
export const expectStatusIn =
  (lanes: Lanes, observables: ObservableExpectations, scheduler: SchedulerLike): ExpectStatus =>
  (peers$, subscription) => {
    const happened: Happening[] = []
    const at = () => scheduler.now()
    const statuses$ = peers$.pipe(switchMap(each => ('status$' in each ? each.status$ : of(each))))
    observables.observe(scheduler, statuses$, subscription, {
      next: status => happened.push(happeningOf(at(), status)),
      error: (error: unknown) => happened.push({ at: at(), letter: '#', text: () => errorText(error) }),
      complete: () => happened.push({ at: at(), letter: '|', text: () => 'the end' }),
    })
    return {
      toBe: (diagram, values) =>
        lanes.expect({ title: 'expectStatus', verb: 'seen', happened: () => happened }, diagram, values),
    }
  }

import { filter, mergeMap, of, take, throwError, type Observable } from 'rxjs'
import { Refused } from '../session/refused.js'

/** How a connection is. */
export type Status =
  | { readonly _tag: 'Connecting' }
  | { readonly _tag: 'Connected' }
  | {
      readonly _tag: 'Reconnecting'
      /** Which attempt comes next, counted from 1. */
      readonly attempt: number
      /** When it starts: milliseconds by the scheduler's clock; `undefined` while that is not known yet. */
      readonly nextTryAt: number | undefined
      /** What ended the connection; `undefined` after the far end's orderly goodbye. */
      readonly error: unknown
    }
  | {
      readonly _tag: 'Disconnected'
      /** What ended the connection; absent after an orderly goodbye of either end. */
      readonly error?: unknown
    }

interface HasStatus {
  readonly status$: Observable<Status>
}

/**
 * Emits once when the peer is connected, and completes; at once if it is.
 *
 * Fails with the connection's error when it ends instead.
 */
export const connected = (peer: HasStatus): Observable<void> =>
  peer.status$.pipe(
    filter(status => status._tag === 'Connected' || status._tag === 'Disconnected'),
    take(1),
    mergeMap(status =>
      status._tag === 'Connected'
        ? of(undefined)
        : throwError(() =>
            'error' in status ? status.error : new Refused('far-end', 'the connection has ended: connect again'),
          ),
    ),
  )

/** Emits how it ended once the peer is disconnected for good, and completes: `error` is absent after a clean end. */
export const disconnected = (peer: HasStatus): Observable<Extract<Status, { readonly _tag: 'Disconnected' }>> =>
  peer.status$.pipe(
    filter(status => status._tag === 'Disconnected'),
    take(1),
  )

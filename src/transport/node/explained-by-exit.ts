import {
  catchError,
  concat,
  EMPTY,
  mergeMap,
  type MonoTypeOperatorFunction,
  Observable,
  takeUntil,
  throwError,
  timer,
} from 'rxjs'
import type { Exited } from './exited.js'
import { exitedError } from './offspring.js'

/** How long an exit may follow the end of its pipe, in milliseconds. */
export const exitFollowsWithin = 500

/**
 * Mirrors what a child says. At its end, in order or not, waits half a second for the child's exit, since the platform tells of
 * the two in any order; if that was not clean, fails with `PipeError`, `why: 'exited'`.
 *
 * @param exit$ - the child's end; replays
 */
export const explainedByExit =
  <T>(exit$: Observable<Exited>): MonoTypeOperatorFunction<T> =>
  incoming => {
    const unclean$: Observable<never> = exit$.pipe(
      mergeMap(exited => (exited.clean ? EMPTY : throwError(() => exitedError(exited, 'during the conversation')))),
      takeUntil(timer(exitFollowsWithin)),
    )
    const failing = (error: unknown) => new Observable<never>(subscriber => subscriber.error(error))
    return concat(incoming.pipe(catchError((error: unknown) => concat(unclean$, failing(error)))), unclean$)
  }

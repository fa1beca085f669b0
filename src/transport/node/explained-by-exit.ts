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

/** Completes at a clean exit or after half a second, fails at any other exit. */
const unclean = (exit$: Observable<Exited>): Observable<never> =>
  exit$.pipe(
    mergeMap(exited => (exited.clean ? EMPTY : throwError(() => exitedError(exited, 'during the conversation')))),
    takeUntil(timer(exitFollowsWithin)),
  )

const failing = (error: unknown) => new Observable<never>(subscriber => subscriber.error(error))

/**
 * Mirrors its source. When that fails, waits half a second for the child's exit, since the platform tells of the two in any
 * order; if that was not clean, fails with `PipeError`, `why: 'exited'`, instead.
 *
 * @param exit$ - the child's end; replays
 */
export const brokenByExit =
  <T>(exit$: Observable<Exited>): MonoTypeOperatorFunction<T> =>
  source =>
    source.pipe(catchError((error: unknown) => concat(unclean(exit$), failing(error))))

/** {@link brokenByExit}, and the same for a source that completes. */
export const explainedByExit =
  <T>(exit$: Observable<Exited>): MonoTypeOperatorFunction<T> =>
  source =>
    concat(source.pipe(brokenByExit(exit$)), unclean(exit$))

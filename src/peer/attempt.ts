import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { catchError, firstValueFrom, map, of, type Observable } from 'rxjs'
import type { Remote } from '../call/remote.js'
import type { CallError } from './call-error.js'

/**
 * Moves a call's error channel into its values: each item as `Right`, the error as a last `Left`. Never fails.
 *
 * A function, not an operator: an operator would lose the failure's type.
 *
 * @example
 * ```ts
 * attempt(kitchen.remote.makeSandwich(order)).subscribe(
 *   E.match(error => console.log(error._tag), sandwich => console.log(sandwich)),
 * )
 * ```
 */
export const attempt = <A, F>(call$: Remote<A, F>): Observable<E.Either<CallError<F>, A>> =>
  call$.pipe(
    map(value => E.right<CallError<F>, A>(value)),
    catchError((error: unknown) => of(E.left<CallError<F>, A>(error as CallError<F>))),
  )

/**
 * A call as a `TaskEither`: running the task makes the call, and gives its first value or its error.
 *
 * A call that completes without a value gives `undefined`, as an event does.
 */
export const toTaskEither =
  <A, F>(call$: Remote<A, F>): TaskEither<CallError<F>, A> =>
  () =>
    firstValueFrom(attempt(call$), { defaultValue: E.right<CallError<F>, A>(undefined as A) })

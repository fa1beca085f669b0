import { of, retry, throwError, type MonoTypeOperatorFunction } from 'rxjs'
import { isSessionLost } from './repeated-call.js'

/**
 * Subscribes a call again when its session was lost: it then waits for the next one. Any other error passes.
 *
 * What had come before comes again, if the far end sends it again: a contract's `resumeFrom` asks for the rest instead.
 *
 * @example
 * ```ts
 * kitchen.remote.ticks({ everyMs: 100 }).pipe(retryOnSessionLost()).subscribe(console.log)
 * ```
 */
export const retryOnSessionLost = <T>(): MonoTypeOperatorFunction<T> =>
  retry({ delay: (error: unknown) => (isSessionLost(error) ? of(true) : throwError(() => error)) })

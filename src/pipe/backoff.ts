import { between, checkOptions, count, duration, type Rules } from '../error/check-options.js'
import type { Policy } from './reconnect.js'

/** How {@link exponential} waits. */
export interface ExponentialOptions {
  /** First wait, in milliseconds. */
  readonly from: number
  /** Longest wait, in milliseconds. */
  readonly to: number
  /** What each wait is multiplied by; default 2. */
  readonly factor?: number
  /** Which part of each wait is random, 0 to 1; default 0.5, so that clients of one server spread out. */
  readonly jitter?: number
  /** Attempts before it gives up; default: never. */
  readonly maxAttempts?: number
  /** Random numbers, 0 to 1; default `Math.random`. */
  readonly random?: () => number
}

const exponentialRules: Rules = {
  from: duration,
  to: duration,
  factor: between(0, Number.MAX_VALUE),
  jitter: between(0, 1),
  maxAttempts: count,
}

/**
 * Waits longer each time: `from`, `from * factor`, ... up to `to`, less a random part.
 *
 * @throws InvalidOption
 */
export const exponential = (options: ExponentialOptions): Policy => {
  checkOptions('exponential', options, exponentialRules)
  const {
    from,
    to,
    factor = 2,
    jitter = 0.5,
    maxAttempts = Infinity,
    // eslint-disable-next-line no-restricted-properties -- the default; a test injects its own
    random = Math.random,
  } = options
  return limited(maxAttempts, attempt => Math.min(to, from * factor ** (attempt - 1)) * (1 - jitter * random()))
}

/** How {@link linear} waits. */
export interface LinearOptions {
  /** Every wait, in milliseconds. */
  readonly every: number
  /** Attempts before it gives up; default: never. */
  readonly maxAttempts?: number
}

/**
 * Waits the same time before each attempt.
 *
 * @throws InvalidOption
 */
export const linear = (options: LinearOptions): Policy => {
  checkOptions('linear', options, { every: duration, maxAttempts: count })
  const { every, maxAttempts = Infinity } = options
  return limited(maxAttempts, () => every)
}

const limited =
  (maxAttempts: number, wait: (attempt: number) => number): Policy =>
  attempt => ({ delayMs: attempt > maxAttempts ? undefined : wait(attempt) })

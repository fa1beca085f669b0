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

/** Waits longer each time: `from`, `from * factor`, ... up to `to`, less a random part. */
export const exponential = ({
  from,
  to,
  factor = 2,
  jitter = 0.5,
  maxAttempts = Infinity,
  // eslint-disable-next-line no-restricted-properties -- the default; a test injects its own
  random = Math.random,
}: ExponentialOptions): Policy =>
  limited(maxAttempts, attempt => Math.min(to, from * factor ** (attempt - 1)) * (1 - jitter * random()))

/** How {@link linear} waits. */
export interface LinearOptions {
  /** Every wait, in milliseconds. */
  readonly every: number
  /** Attempts before it gives up; default: never. */
  readonly maxAttempts?: number
}

/** Waits the same time before each attempt. */
export const linear = ({ every, maxAttempts = Infinity }: LinearOptions): Policy => limited(maxAttempts, () => every)

const limited =
  (maxAttempts: number, wait: (attempt: number) => number): Policy =>
  attempt => ({ delayMs: attempt > maxAttempts ? undefined : wait(attempt) })

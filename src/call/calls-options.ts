import type { SchedulerLike } from 'rxjs'
import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { WindowSize } from '../flow/receive-window.js'
import type { Metadata } from '../wire/frame.js'

/** How long a request may take unless it is told otherwise, in milliseconds. */
export const defaultTimeout = 5_000

/** What a caller may say beside the request. */
export interface CallOptions {
  /** Longest the call may take, in milliseconds; `Infinity`: as long as it likes. Requests have 5,000, others none. */
  readonly timeout?: number
  /** Names and texts that travel with the call. */
  readonly metadata?: Metadata
  /** Window for the items that come back; default 256 items and 1 MiB. */
  readonly credit?: Partial<WindowSize>
  /** Aborting it ends the call with `Cancelled`. */
  readonly signal?: AbortSignal
}

/** How the calls on one connection behave. */
export interface CallsOptions {
  /** Clock for deadlines. */
  readonly scheduler: SchedulerLike
  /** Longest frame that the far end takes in, in bytes. */
  readonly frameBytes: number
  /** Calls that the far end serves at once. */
  readonly concurrency: number
  /** Calls that may wait for their turn before more of them fail with `Overloaded`. */
  readonly waiting: number
  /** Calls that this end serves at once; the far end knows, so one more is a violation. */
  readonly accepts: number
  /** How long an incoming call may stay unanswered while its subscribers hold it, in milliseconds. */
  readonly claimWithin: number
  /** Whether a defect's stack travels to the far end. */
  readonly stacks: boolean
  /** What becomes of items that a producer emits faster than they can leave. */
  readonly buffer: BufferOptions
  /** Whose calls these are, as `call.peer` has it. */
  readonly peer: () => unknown
  /** The far end broke a rule of the wire. */
  readonly violated: (rule: string) => void
}

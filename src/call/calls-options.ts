import type { SchedulerLike } from 'rxjs'
import { duration, type Rules } from '../error/check-options.js'
import { bufferRules, type BufferOptions } from '../flow/bounded-buffer.js'
import { windowRules, type WindowSize } from '../flow/receive-window.js'
import type { Limits, Metadata } from '../wire/frame.js'

/** How long a request may take unless it is told otherwise, in milliseconds. */
export const defaultTimeout = 5_000

/** Payloads above that, and a sixty-fourth more, leave in parts of that many bytes, unless a peer is told otherwise. */
export const defaultFragmentBytes = 64 * 1024

/** Bytes that messages in parts may hold together, unless a peer is told otherwise. */
export const defaultReassemblyBytes = 256 * 1024 * 1024

/** Bytes of the requests that may wait for their turn, the last one's excess aside. */
export const waitingBytes = 64 * 1024 * 1024

/** What a caller may say beside the request. */
export interface CallOptions {
  /** Longest the call may take, in milliseconds; `Infinity`: as long as it likes. Requests have 5,000, others none. */
  readonly timeout?: number
  /** Names and texts that travel with the call. */
  readonly metadata?: Metadata
  /** Window for the items that come back; default the method's, else 256 items, up to 32,768 for a plain consumer, and 1 MiB. */
  readonly credit?: Partial<WindowSize>
  /** What becomes of the items of an upload or a channel that an Observable emits faster than the far end takes them. */
  readonly buffer?: BufferOptions
  /** Aborting it ends the call with `Cancelled`. */
  readonly signal?: AbortSignal
  /**
   * Whether bytes in what comes are only borrowed: good until `next` returns, as their memory is used again then. Whoever keeps some
   * copies them first: also a promise of them (`firstValueFrom`), an operator that holds them (`toArray`, `delay`), and another call
   * that they are the request of, while it waits for a session or where it is idempotent. Spares the engine the making and collecting
   * of a buffer for each chunk. Iterated, paced and resumable streams keep what comes, so that they have bytes of their own all the
   * same; so do errors. `false` unless told.
   */
  readonly borrow?: boolean
}

/** What {@link CallOptions} may be. */
export const callRules: Rules = { timeout: duration, credit: windowRules, buffer: bufferRules }

/** How the calls on one connection behave. */
export interface CallsOptions {
  /** Clock for deadlines. */
  readonly scheduler: SchedulerLike
  /** What the far end takes in. */
  readonly far: Limits
  /** What this end takes in; the far end knows, so what is over it is a violation. */
  readonly own: Limits
  /** Payloads above that many bytes, and a sixty-fourth more, leave in parts of that many. */
  readonly fragmentBytes: number
  /** Bytes that the messages which arrive in parts may hold together. */
  readonly reassemblyBytes: number
  /** Calls that may wait for their turn before more of them fail with `Overloaded`. */
  readonly waiting: number
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

import type { SchedulerLike } from 'rxjs'
import { between, count, countFrom1, duration, oneOf, uint32, type Rules } from '../error/check-options.js'
import { bufferRules, type BufferOptions } from '../flow/bounded-buffer.js'
import type { ContinuityOptions } from '../session/continuity.js'
import type { HeartbeatOptions } from '../session/heartbeat.js'
import type { Limits, Validation } from '../wire/frame.js'

/** How a session outlives its pipes. */
export interface ResumeLimits extends Partial<Omit<ContinuityOptions, 'scheduler'>> {
  /** Sessions of a listener that may wait for their far ends at once; default 64. */
  readonly sessions?: number
}

/** How a peer is set up. Everything has a default. */
export interface PeerOptions<Serves, Uses> {
  /** The contract, or contracts, that this end answers. */
  readonly serves?: Serves
  /** The contract, or contracts, that this end calls. */
  readonly uses?: Uses
  /**
   * What to do about methods on which the two ends' contracts disagree. `report` (the default): they fail with
   * `SchemaMismatch`, the others work. `require`: the session is refused. `off`: nobody looks.
   */
  readonly validation?: Validation
  /** What this end takes in; defaults: frames of 16 MiB, messages of 64 MiB, 1,024 calls at once. */
  readonly limits?: Partial<Limits>
  /** Longest the handshake may take, in milliseconds; default 5,000. */
  readonly handshakeTimeout?: number
  /** Longest that `close()` waits for calls in flight, in milliseconds; default 5,000. */
  readonly grace?: number
  /** How long an incoming call may stay unanswered while its subscribers hold it, in milliseconds; default 30,000. */
  readonly claimWithin?: number
  /** Calls that may wait for their turn before more of them fail with `Overloaded`; default 16,384. */
  readonly waiting?: number
  /**
   * Payloads above that many bytes leave in parts of that many, so that others get in between; default 64 KiB, and 1 MiB on a
   * port, which hands each over in one piece. What is longer by no more than a sixty-fourth leaves whole: a chunk of 64 KiB
   * with the few bytes around it.
   */
  readonly fragmentBytes?: number
  /** Bytes that messages which arrive in parts may hold together; past it one fails with `TooLarge`. Default 256 MiB. */
  readonly reassemblyBytes?: number
  /** What becomes of items that an Observable emits faster than the far end takes them; default: `error` past 1,024 or 4 MiB. */
  readonly buffer?: BufferOptions
  /**
   * How this end watches the other: default every 5,000 ms, gone after 3 silent intervals, except within one process.
   * `false`: it does not.
   */
  readonly heartbeat?: Partial<HeartbeatOptions> | false
  /**
   * How sessions outlive their pipes, where the end that dials reconnects; default a window of 30 s and 8 MiB of frames
   * to send again. `false`: they do not.
   */
  readonly resume?: ResumeLimits | false
  /** Handshakes that may be under way at once on a listener; more pipes are cut off. Default 64. */
  readonly handshakes?: number
  /** Whether the stack of an error that a handler throws travels to the caller; default `false`. */
  readonly stacks?: boolean
  /**
   * Told of clients that came to no session, on a listener; a dialler fails with the error. Of one that was cut off at the very
   * end of its handshake, and may come back to it, only when the window for that is over.
   */
  readonly refused?: (error: unknown) => void
  /** Clock for every timer; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike
  /** Random bytes; default the platform's `crypto`. */
  readonly random?: (size: number) => Uint8Array
}

/** What {@link PeerOptions} may be. */
export const peerRules: Rules = {
  validation: oneOf('report', 'require', 'off'),
  limits: { frameBytes: uint32, messageBytes: uint32, calls: between(0, 0xffff_ffff) },
  handshakeTimeout: duration,
  grace: duration,
  claimWithin: duration,
  waiting: count,
  fragmentBytes: countFrom1,
  reassemblyBytes: count,
  buffer: bufferRules,
  heartbeat: { everyMs: duration, tolerance: between(1, Infinity) },
  resume: {
    windowMs: duration,
    replayBytes: count,
    whenFull: oneOf('wait', 'giveUp'),
    ackEvery: countFrom1,
    ackBytes: countFrom1,
    ackAfterMs: duration,
    sessions: count,
  },
  handshakes: count,
}

import { TaggedError } from '../../error/tagged-error.js'
import type { Pipe } from '../../pipe/pipe.js'
import type { Frame } from '../../wire/frame.js'

/** One of the two ends of a pipe, by how it came to it. */
export type PipeEnd = Pipe['end']

/** The end at the other side of a pipe. */
export const otherEnd = (end: PipeEnd): PipeEnd => (end === 'dialled' ? 'accepted' : 'dialled')

/** A frame that one end said, when it passed the recorder. */
export interface RecordedFrame {
  /** Since the recording began, in milliseconds. */
  readonly at: number
  readonly by: PipeEnd
  readonly frame: Frame
  /** What it carried was left out: its payload, texts or metadata are empty. */
  readonly blanked?: true
}

/** The end of one half of a pipe. */
export interface RecordedHalfEnd {
  /** Since the recording began, in milliseconds. */
  readonly at: number
  /** Whose half it is. */
  readonly by: PipeEnd
  readonly end: 'complete' | 'error'
}

/** What happened on one pipe, in order. */
export interface RecordedPipe {
  /** The end at which it was recorded. */
  readonly end: PipeEnd
  /** When it was there: since the recording began, in milliseconds. */
  readonly at: number
  /** Which pipe's session goes on here, by its place in {@link Recording.pipes}. */
  readonly resumes?: number
  readonly events: readonly (RecordedFrame | RecordedHalfEnd)[]
}

/** A contract's descriptors, as one of the ends has it. */
export interface RecordedContract {
  readonly contract: string
  /** SHA-256 of the descriptor set, as `Hello` has it. */
  readonly fingerprint: Uint8Array
  /** A serialised `google.protobuf.FileDescriptorSet`. */
  readonly fileDescriptorSet: Uint8Array
}

/** What a recording does not hold, because it would have grown past its limit. */
export interface NotRecorded {
  readonly pipes: number
  readonly calls: number
  readonly frames: number
  /** Of the frames, in bytes. */
  readonly bytes: number
}

/**
 * What two ends said to each other over one pipe or many: what a recording's file holds.
 *
 * It holds no secret, nonce or session id, and proofs that prove nothing. Nor does it hold `Ping`, `Pong`, `Ack`, and what is sent again over a newer pipe of
 * its session: they are said for the wire's sake.
 */
export interface Recording {
  /** Milliseconds of the recorder's clock, since 1970 unless that clock is virtual. */
  readonly startedAt: number
  readonly contracts: readonly RecordedContract[]
  readonly pipes: readonly RecordedPipe[]
  readonly leftOut: NotRecorded
}

/** Nothing was left out. */
export const nothingLeftOut: NotRecorded = { pipes: 0, calls: 0, frames: 0, bytes: 0 }

/**
 * A file that is no recording, or one that lacks what it was to be used for.
 *
 * No use in dialling again: `reconnect` passes it on.
 */
export class RecordingError extends TaggedError<'RecordingError'> {
  readonly final = true

  constructor(message: string, options?: ErrorOptions) {
    super('RecordingError', message, options)
  }
}

import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { Reassembly } from '../flow/reassembly.js'
import type { Pipe } from '../pipe/pipe.js'
import type { Encode } from '../schema/codec.js'
import type { CallFrame, Open, PayloadFrame } from '../wire/frame.js'
import type { Sender } from './turns.js'

/** What one call sees of the connection it is on. */
export interface Line {
  /** What it goes over. */
  readonly pipe: Pick<Pipe<CallFrame>, 'outgoing'>
  send(frame: CallFrame): void
  /** Sends a frame of something that may go on for long: counts it, so that others have their turn. */
  sendPayload(frame: PayloadFrame): void
  /** Turns a value into a payload; throws what `encode` throws. */
  write(encode: Encode<unknown>, value: unknown): Uint8Array
  /**
   * Sends a value as an item or an answer, where that fits into one frame; an item is to be counted with `spend`.
   *
   * @returns how long its payload was; or the payload itself, which has not left, where it is longer than `wholeBytes`
   * @throws what `encode` throws; nothing has left then
   */
  sendValue(kind: 'Next' | 'Reply', id: number, encode: Encode<unknown>, value: unknown): number | Uint8Array
  /** Counts an item of so many bytes that has been sent, as `sendPayload` does it. */
  spend(bytes: number): void
  /**
   * Opens a call with a value as its request, as `sendValue` does it.
   *
   * @param open - the frame, without its payload
   * @param most - longest request that may leave in one frame, in bytes
   */
  sendOpen(open: Open, encode: Encode<unknown>, value: unknown, most: number): number | Uint8Array
  /** Nobody will look at a payload again, all of which has been sent. */
  release(payload: Uint8Array): void
  /** Longest payload of one frame, in bytes: what is longer leaves in parts. */
  readonly wholeBytes: number
  /** Longest that what varies in a frame may be together, in bytes. */
  readonly frameBytes: number
  /** How long those parts are, in bytes. */
  readonly partBytes: number
  /** Longest message that the far end takes in, in bytes. */
  readonly messageBytes: number
  /** Longest message that this end takes in, in bytes. */
  readonly ownMessageBytes: number
  /**
   * A place for messages that arrive in parts, under this end's limits.
   *
   * @param borrows - whoever gets them may give them back, with `giveBack`
   */
  reassembly(borrows?: boolean): Reassembly
  /** Whether whatever can wait is to wait, and calls `waitForTurn`. */
  readonly busy: boolean
  /** Pumps the sender when it is its turn again. */
  waitForTurn(sender: Sender): void
  /** The same, and at once when nothing is in the way. */
  takeTurn(sender: Sender): void
  /** The sender has nothing more to send. */
  forgoTurn(sender: Sender): void
  /** The call has ended: forget it. */
  forget(id: number): void
  /** The far end broke a rule: end the connection. */
  violated(rule: string): void
  /** Makes sure that deadlines are looked at by then. */
  watch(at: number): void
  /** Milliseconds by the clock of the connection. */
  now(): number
  /** Whether a defect's stack travels to the far end. */
  readonly stacks: boolean
  /** What becomes of items that a producer emits faster than they can leave, unless a call says otherwise. */
  readonly buffer: BufferOptions
}

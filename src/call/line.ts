import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { Decode, Encode } from '../schema/codec.js'
import type { CallFrame } from '../wire/frame.js'

/** What one call sees of the connection it is on. */
export interface Line {
  send(frame: CallFrame): void
  /** Turns a value into a payload; throws what `encode` throws. */
  write(encode: Encode<unknown>, value: unknown): Uint8Array
  /** Turns a payload into a value; throws what `decode` throws. */
  read(decode: Decode<unknown>, payload: Uint8Array): unknown
  /** Longest payload that the far end takes in, in bytes. */
  readonly payloadLimit: number
  /** Whether the pipe is full: whatever can wait is to wait, and calls `waitForRoom`. */
  readonly full: boolean
  /** Pumps the sender once the pipe has room again. */
  waitForRoom(sender: { pump(): void }): void
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
  /** What becomes of items that a producer emits faster than they can leave. */
  readonly buffer: BufferOptions
}

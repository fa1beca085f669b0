import type { BufferLimit } from '../flow/bounded-buffer.js'

/** Whose items a sender sends: it is told how that ends. */
export interface ItemSink {
  /** An item could not be encoded: the call ends over it. */
  unencodable(error: unknown): void
  /** An item is longer than the far end takes in, whose limit that is: the call ends over it. */
  tooLarge(bytes: number, limit: number): void
  /** The producer is done, and every item has been sent. */
  allSent(): void
  /** The producer failed, and every item before that has been sent. */
  failed(error: unknown): void
  /** The producer outran its buffer. */
  overflowed(limit: BufferLimit): void
}

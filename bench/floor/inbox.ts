import { sizeOf, varint } from './message.js'
import { kinds } from './outbox.js'

/** Who takes what an {@link Inbox} reads. */
export interface Taker {
  /** A small frame, whose payload lies there; the buffer is valid until this returns. */
  readonly frame: (id: number, kind: number, buffer: Buffer, from: number, to: number) => void
  /** A chunk, in a buffer of its own. */
  readonly chunk: (id: number, chunk: Uint8Array) => void
}

/** Longer frames are chunks, and are gathered where they are to stay. */
const largest = 16_384

/** The longest header of a chunk: length, id and kind. */
const headerSize = 11

/** Cuts what a socket reads into frames: small ones are taken where they lie, a chunk is copied once. */
export class Inbox {
  private carry: Buffer | undefined
  private chunk: Buffer | undefined
  private filled = 0
  private chunkId = 0

  constructor(private readonly taker: Taker) {}

  /** Takes in what was read; the buffer may be used again afterwards. */
  push(read: Buffer): void {
    let buffer = read
    if (this.carry !== undefined) {
      buffer = Buffer.concat([this.carry, read])
      this.carry = undefined
    }
    const end = buffer.length
    let at = this.chunk === undefined ? 0 : this.gather(this.chunk, buffer, 0)
    while (at < end) {
      const start = at
      const first = buffer[at]!
      // enough for every header, or all of a frame that is shorter than that
      if (end - start < headerSize && (first > 127 || end - start <= first)) return this.keep(buffer, start)
      const length = first < 128 ? first : varint(buffer, at)
      at += first < 128 ? 1 : sizeOf(buffer, at)
      const frameEnd = at + length
      if (length <= largest && frameEnd > end) return this.keep(buffer, start)
      const id = varint(buffer, at)
      at += sizeOf(buffer, at)
      const kind = buffer[at++]!
      if (kind === kinds.chunk) {
        this.chunkId = id
        this.chunk = Buffer.allocUnsafeSlow(frameEnd - at)
        at = this.gather(this.chunk, buffer, at)
      } else {
        this.taker.frame(id, kind, buffer, at, frameEnd)
        at = frameEnd
      }
    }
  }

  private gather(chunk: Buffer, buffer: Buffer, from: number): number {
    const copied = buffer.copy(chunk, this.filled, from)
    this.filled += copied
    if (this.filled === chunk.length) {
      this.chunk = undefined
      this.filled = 0
      this.taker.chunk(this.chunkId, chunk)
    }
    return from + copied
  }

  private keep(buffer: Buffer, from: number): void {
    this.carry = Buffer.from(buffer.subarray(from))
  }
}

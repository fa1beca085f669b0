import { freshBytes } from '../protobuf/fresh-bytes.js'
import { Reader } from '../protobuf/reader.js'
import { readFrame } from './frame-codec.js'
import type { Frame } from './frame.js'
import type { FrameLimit } from './frame-limit.js'
import { ProtocolViolation } from './protocol-violation.js'

/** Room for a frame that carries 64 KiB and the little around it: most that are cut are no longer. */
const firstGuess = 72 * 1024

/**
 * Cuts a stream of bytes into frames, wherever the chunks were cut.
 *
 * A frame that lies whole in a chunk is read in place: its payload is a view of the chunk. One that does not is
 * gathered in a buffer that grows with what has arrived, never with what a length claims.
 */
export class FrameReader {
  /** Length of the frame at hand; `undefined` while its varint is being read. */
  private size: number | undefined
  private partial = 0
  private shift = 0
  private body: Uint8Array | undefined
  private filled = 0
  private stopped = false

  private readonly limit: FrameLimit

  /**
   * @param limit - longest frame that is taken in, without its length, in bytes; or what tells, for each frame anew
   * @param emit - gets each frame, in order
   */
  constructor(
    limit: number | FrameLimit,
    private readonly emit: (frame: Frame) => void,
  ) {
    this.limit = typeof limit === 'number' ? { frameBytes: limit } : limit
  }

  /** Makes `push` return at once, also in the middle of a chunk. */
  stop(): void {
    this.stopped = true
    this.body = undefined
  }

  /**
   * Takes in the next chunk.
   *
   * @throws ProtocolViolation when a length is over the limit or a frame does not parse
   */
  push(chunk: Uint8Array): void {
    let reader: Reader | undefined
    let pos = 0
    while (pos < chunk.length && !this.stopped) {
      if (this.size === undefined) {
        pos = this.readLength(chunk, pos)
        if (this.size === undefined) return
        // a frame of no bytes says nothing, and is complete already
        if (this.size === 0) this.size = undefined
        continue
      }
      if (this.body !== undefined || chunk.length - pos < this.size) {
        pos = this.gather(chunk, pos, this.size)
        continue
      }
      reader ??= Reader.create(chunk)
      reader.pos = pos
      pos = reader.len = pos + this.size
      this.size = undefined
      this.take(reader)
    }
  }

  private take(reader: Reader): void {
    const frame = readFrame(reader)
    if (frame !== undefined) this.emit(frame)
  }

  private readLength(chunk: Uint8Array, start: number): number {
    let pos = start
    while (pos < chunk.length) {
      const byte = chunk[pos++] as number
      // most frames are shorter than 128 bytes: their length is one byte
      if (byte < 0x80 && this.shift === 0 && byte <= this.limit.frameBytes) {
        this.size = byte
        return pos
      }
      this.partial += (byte & 0x7f) * 2 ** this.shift
      this.shift += 7
      const { frameBytes } = this.limit
      if (this.partial > frameBytes)
        throw new ProtocolViolation(`a frame of ${this.partial} bytes or more is over the limit of ${frameBytes}`)
      if (byte < 0x80) {
        this.size = this.partial
        this.partial = 0
        this.shift = 0
        return pos
      }
      if (this.shift > 28) throw new ProtocolViolation('a length is longer than five bytes')
    }
    return pos
  }

  private gather(chunk: Uint8Array, start: number, size: number): number {
    const end = Math.min(chunk.length, start + size - this.filled)
    const total = this.filled + end - start
    if (this.body === undefined || this.body.length < total) {
      const capacity = Math.min(size, Math.max(total, firstGuess, 2 * (this.body?.length ?? 0)))
      const grown = freshBytes(capacity)
      if (this.body !== undefined) grown.set(this.body.subarray(0, this.filled))
      this.body = grown
    }
    this.body.set(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end), this.filled)
    this.filled = total
    if (total === size) {
      const reader = Reader.create(this.body)
      reader.len = size
      this.body = undefined
      this.filled = 0
      this.size = undefined
      this.take(reader)
    }
    return end
  }
}

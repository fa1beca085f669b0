import { freshBytes } from '../protobuf/fresh-bytes.js'
import { Reader } from '../protobuf/reader.js'
import { beginsFragment } from './begins-fragment.js'
import { readOpenHead } from './call-frame-codec.js'
import { readFrame } from './frame-codec.js'
import { frameOf, type FrameTaker } from './frame-taker.js'
import { isCallFrame, isPayload, type Frame } from './frame.js'
import { readPayloadHead, type PayloadHead } from './payload-frame.js'
import type { FrameLimit } from './frame-limit.js'
import { give } from './frame-source.js'
import { ProtocolViolation } from './protocol-violation.js'
import type { Lockstep } from './lockstep.js'

/** Room for a frame that carries 64 KiB and the little around it: most that are cut are no longer. */
const firstGuess = 72 * 1024

/**
 * Longer frames that are neither payloads nor requests are copied where their bytes are lent: what is made of them may want to keep
 * those.
 */
const longestLent = 8 * 1024

const noBytes = new Uint8Array(0)

/**
 * Where payloads are gathered that were cut between two reads, one at a time for a connection: parts, which whoever takes them copies,
 * and those that are only borrowed.
 */
const spares: Uint8Array[] = []

/** Spares that lie ready for any connection of this thread. */
const mostSpares = 2

/** What is needed of a {@link FrameTaker}. */
export type FramesOnly = Pick<FrameTaker, 'payload' | 'open' | 'frame'>

const emitting = (emit: (frame: Frame) => void): FramesOnly => ({
  payload: (kind, id, reader) => emit(frameOf(kind, id, reader)),
  frame: emit,
})

/**
 * Cuts a stream of bytes into frames, wherever the chunks were cut.
 *
 * A frame that lies whole in a chunk is read in place: its payload is a view of the chunk. One that does not is
 * gathered in a buffer of its own, which grows with what has arrived, never with what a length claims. Where bytes are lent, so
 * are the buffers of parts, and of what is said to be only borrowed when it is taken.
 */
export class FrameReader implements PayloadHead {
  /** The call of the payload at hand. */
  id = 0
  /** Length of the frame at hand; `undefined` while its varint is being read. */
  private size: number | undefined = undefined
  private partial = 0
  private shift = 0
  private body: Uint8Array | undefined = undefined
  private filled = 0
  /** The body is a spare one. */
  private spare = false
  private stopped = false
  /** One for all frames. */
  private readonly reader = Reader.create(noBytes)
  private readonly taker: FramesOnly
  private readonly limit: FrameLimit

  /**
   * @param limit - longest frame that is taken in, without its length, in bytes; or what tells, for each frame anew
   * @param taker - gets each frame, in order; a function gets payloads as frames too
   * @param lockstep - hears of each answer, before it is handed over
   */
  constructor(
    limit: number | FrameLimit,
    taker: FramesOnly | ((frame: Frame) => void),
    private readonly lockstep?: Lockstep,
  ) {
    this.limit = typeof limit === 'number' ? { frameBytes: limit } : limit
    this.taker = typeof taker === 'function' ? emitting(taker) : taker
  }

  /** Makes `push` return at once, also in the middle of a chunk. */
  stop(): void {
    this.stopped = true
    this.body = undefined
  }

  /**
   * Takes in the next chunk.
   *
   * @param lent - whether the chunk's buffer is used again once this returns
   * @throws ProtocolViolation when a length is over the limit or a frame does not parse
   */
  push(chunk: Uint8Array, lent = false): void {
    const { length } = chunk
    let pos = 0
    while (pos < length && !this.stopped) {
      if (this.size === undefined) {
        // nearly all frames are shorter than 128 bytes, and whole: nothing has to be kept of them
        const short = chunk[pos] as number
        const end = pos + 1 + short
        if (short < 0x80 && short > 0 && end <= length && this.shift === 0 && short <= this.limit.frameBytes) {
          this.take(chunk, pos + 1, end, lent)
          pos = end
          continue
        }
        pos = this.readLength(chunk, pos)
        if (this.size === undefined) return
        // a frame of no bytes says nothing, and is complete already
        if (this.size === 0) this.size = undefined
        continue
      }
      const { size } = this
      if (this.body !== undefined || length - pos < size) {
        pos = this.gather(chunk, pos, size, lent)
        continue
      }
      this.size = undefined
      this.take(chunk, pos, (pos += size), lent)
    }
    // whoever lent the chunk, or gave it away, is to have it back
    this.reader.buf = noBytes
  }

  private take(buf: Uint8Array, start: number, end: number, lent: boolean): void {
    const { reader, taker } = this
    // measured: the engine notes each time that it is set, which is a tenth of what reading a small frame costs
    if (reader.buf !== buf) reader.buf = buf
    reader.pos = start
    reader.len = end
    reader.memory = lent ? 'lent' : 'own'
    const kind = readPayloadHead(reader, this)
    if (kind !== undefined) {
      if (kind === 'Reply' && this.lockstep !== undefined) this.lockstep.answered = this.id
      taker.payload(kind, this.id, reader)
      return
    }
    const open = taker.open && readOpenHead(reader)
    if (open !== undefined) {
      taker.open?.(open, reader)
      return
    }
    const frame = readFrame(reader)
    if (frame === undefined) return
    if (isPayload(frame)) give(frame, taker)
    // what a session is told it may keep, and a call what is long; slice() of a Buffer would be a view
    else if (lent && (!isCallFrame(frame) || end - start > longestLent))
      taker.frame(readFrame(Reader.create(new Uint8Array(buf.subarray(start, end)))) ?? frame)
    else taker.frame(frame)
  }

  private readLength(chunk: Uint8Array, start: number): number {
    let pos = start
    while (pos < chunk.length) {
      const byte = chunk[pos++] as number
      // a power of two by ** would be a fraction to the engine, and so would be each position that is counted from this length
      this.partial += (byte & 0x7f) * (1 << this.shift)
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

  private gather(chunk: Uint8Array, start: number, size: number, lent: boolean): number {
    const end = Math.min(chunk.length, start + size - this.filled)
    const total = this.filled + end - start
    if (this.body === undefined && lent && size <= firstGuess && size > longestLent) {
      this.spare = beginsFragment(chunk, start, end)
      // others may stay in it, if they fill enough of it
      if (this.spare || 2 * size > firstGuess) this.body = spares.pop()
      if (this.spare) this.body ??= freshBytes(firstGuess)
    }
    if (this.body === undefined || this.body.length < total) {
      const capacity = Math.min(size, Math.max(total, firstGuess, 2 * (this.body?.length ?? 0)))
      const grown = freshBytes(capacity)
      if (this.body !== undefined) grown.set(this.body.subarray(0, this.filled))
      this.body = grown
    }
    this.body.set(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end), this.filled)
    this.filled = total
    if (total === size) {
      const { body, spare } = this
      this.body = undefined
      this.filled = 0
      this.size = undefined
      this.spare = false
      this.take(body, 0, size, spare)
      // unless more was read meanwhile: then the reader tells of that
      const { buf, memory } = this.reader
      if ((spare || (memory === 'borrowed' && buf === body)) && spares.length < mostSpares)
        spares.push(body.length === firstGuess ? body : freshBytes(firstGuess))
    }
    return end
  }
}

import { freshBytes } from './fresh-bytes.js'
import { longBytes } from './long-bytes.js'

/** Length of a writer's first buffer. */
const firstLength = 128

/** Lengths that are put in front of what is long move it: it is not to outgrow its buffer by these few bytes. */
const putInFront = 32

/** Longest text that is given three bytes of room for each of its units; longer ones are encoded apart, and copied. */
const roomyText = 8_192

const encoder = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))

interface TextWriting {
  /** Node's own, on its Buffers. */
  readonly utf8Write?: (text: string, at: number) => number
}

const writeText = (buf: Uint8Array & TextWriting, text: string, at: number): number =>
  buf.utf8Write?.(text, at) ?? encoder.encodeInto(text, buf.subarray(at)).written

const lengthOfVarint = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5

/**
 * Writes protobuf's bytes: tags, varints, fixed numbers, texts, and messages with their length in front.
 *
 * `buf` and `pos` are anybody's to use: encoders write into the buffer themselves, and whoever has the writer may swap it
 * for another one.
 */
export class Writer {
  /** What is written to; grows by being replaced. */
  buf = freshBytes(firstLength)
  /** Where the next byte goes. */
  pos = 0
  /** Where the messages begin that {@link fork} opened. */
  private readonly open: number[] = []

  /** A writer with a buffer of its own. */
  static create(): Writer {
    return new Writer()
  }

  /** Makes sure of so many bytes of room. */
  reserve(bytes: number): void {
    const needed = this.pos + bytes
    if (needed <= this.buf.length) return
    const grown = longBytes(Math.max(needed + putInFront, 2 * this.buf.length))
    grown.set(this.buf.subarray(0, this.pos))
    this.buf = grown
  }

  /** A varint of 32 bits; also a tag. */
  uint32(value: number): this {
    this.reserve(5)
    const { buf } = this
    let { pos } = this
    let rest = value >>> 0
    while (rest > 127) {
      buf[pos++] = (rest & 127) | 128
      rest >>>= 7
    }
    buf[pos] = rest
    this.pos = pos + 1
    return this
  }

  /** A varint; a negative number takes ten bytes, as it would with 64 bits. */
  int32(value: number): this {
    return value < 0 ? this.halves(0xffff_ffff, value >>> 0) : this.uint32(value)
  }

  /** A varint in zig-zag. */
  sint32(value: number): this {
    return this.uint32((value << 1) ^ (value >> 31))
  }

  /** A varint of a whole number from 0 to 2^53 - 1. */
  uint64(value: number): this {
    return this.halves(Math.floor(value / 0x1_0000_0000), value >>> 0)
  }

  /** A varint of 64 bits, given as two halves. */
  halves(high: number, low: number): this {
    this.reserve(10)
    const { buf } = this
    let [hi, lo] = [high, low]
    while (hi !== 0) {
      buf[this.pos++] = (lo & 127) | 128
      lo = ((lo >>> 7) | (hi << 25)) >>> 0
      hi >>>= 7
    }
    return this.uint32(lo)
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0)
  }

  /** Four bytes; of a negative number its complement. */
  fixed32(value: number): this {
    this.reserve(4)
    const { buf } = this
    for (let shift = 0; shift < 32; shift += 8) buf[this.pos++] = value >>> shift
    return this
  }

  sfixed32(value: number): this {
    return this.fixed32(value)
  }

  float(value: number): this {
    scratch.setFloat32(0, value)
    return this.fixed32(scratch.getUint32(0))
  }

  double(value: number): this {
    scratch.setFloat64(0, value)
    return this.fixed32(scratch.getUint32(4)).fixed32(scratch.getUint32(0))
  }

  /** Bytes, with their number in front. */
  bytes(value: Uint8Array): this {
    return this.uint32(value.length).raw(value)
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): this {
    this.reserve(value.length)
    this.buf.set(value, this.pos)
    this.pos += value.length
    return this
  }

  /** A text in UTF-8, with the number of its bytes in front. */
  string(text: string): this {
    if (text.length > roomyText) return this.bytes(encoder.encode(text))
    this.reserve(3 * text.length + 5)
    // what most texts take, which are of ASCII
    const guess = lengthOfVarint(text.length)
    const start = this.pos
    const length = writeText(this.buf, text, start + guess)
    const head = lengthOfVarint(length)
    if (head !== guess) this.buf.copyWithin(start + head, start + guess, start + guess + length)
    this.uint32(length)
    this.pos += length
    return this
  }

  /**
   * Begins a message, whose length is not known yet.
   *
   * @param room - bytes that its length is likely to take: where it takes another number of them, the message is moved
   */
  fork(room = 1): this {
    // what is in it is not to be left behind when its length needs room
    this.reserve(10)
    this.open.push((this.pos += room))
    return this
  }

  /**
   * Ends the message that {@link fork} began last, and puts its length in front.
   *
   * @param room - as that was told
   */
  ldelim(room = 1): this {
    const start = this.open.pop()
    if (start === undefined) throw new Error('ldelim() without a fork(): begin a message first')
    const length = this.pos - start
    const more = lengthOfVarint(length) - room
    this.reserve(more)
    if (more !== 0) this.buf.copyWithin(start + more, start, this.pos)
    this.pos = start - room
    this.uint32(length)
    this.pos += length
    return this
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    const copy = freshBytes(this.pos)
    copy.set(this.buf.subarray(0, this.pos))
    return copy
  }
}

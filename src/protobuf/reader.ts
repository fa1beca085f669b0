/** Deepest that groups may be nested in what is passed over. */
const deepest = 100

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const scratch = new DataView(new ArrayBuffer(8))

interface TextReading {
  /** Node's own, on its Buffers: many times faster than a TextDecoder for what is short. */
  readonly utf8Slice?: (start: number, end: number) => string
}

/** The text of a run of bytes; what is not UTF-8 in it is replaced. */
export const decodeText = (buf: Uint8Array & TextReading, start: number, end: number): string =>
  buf.utf8Slice === undefined ? decoder.decode(buf.subarray(start, end)) : buf.utf8Slice(start, end)

const pastTheEnd = (): RangeError => new RangeError('the bytes end in the middle of a field')
const tooLong = (): RangeError => new RangeError('a varint has more than ten bytes')

/**
 * Whose memory is read, and so what becomes of bytes that are taken out of it. `own`: nobody else's, so they may be views. `lent`: it
 * is used again, so they are copied. `borrowed`: the same, but whoever takes them knows, so they are views.
 */
export type Memory = 'own' | 'lent' | 'borrowed'

/**
 * Reads protobuf's bytes. Whatever cannot be read throws, and the position is then anywhere.
 *
 * `buf`, `pos` and `len` are anybody's to use: decoders read the buffer themselves, and set `len` to the end of the message
 * at hand.
 */
export class Reader {
  /** Where the next byte is. */
  pos = 0
  /** Where reading ends. */
  len: number
  memory: Memory = 'own'

  constructor(
    /** What is read. */
    public buf: Uint8Array,
  ) {
    this.len = buf.length
  }

  /** A reader of these bytes. */
  static create(bytes: Uint8Array): Reader {
    return new Reader(bytes)
  }

  /** A reader of bytes whose memory may be used again. */
  static lent(bytes: Uint8Array): Reader {
    const reader = new Reader(bytes)
    reader.memory = 'lent'
    return reader
  }

  /** A varint; of one with more than 32 bits the lowest ones. */
  uint32(): number {
    const { buf, pos, len } = this
    const first = buf[pos] as number
    // most are of one byte
    if (first < 128 && pos < len) {
      this.pos = pos + 1
      return first
    }
    return this.longVarint()
  }

  private longVarint(): number {
    const { buf, len } = this
    let { pos } = this
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= len) throw pastTheEnd()
      const byte = buf[pos++] as number
      if (shift < 32) value |= (byte & 127) << shift
      if (byte < 128) {
        this.pos = pos
        return value >>> 0
      }
    }
    throw tooLong()
  }

  int32(): number {
    return this.uint32() | 0
  }

  /** A varint in zig-zag. */
  sint32(): number {
    const value = this.uint32()
    return ((value >>> 1) ^ -(value & 1)) | 0
  }

  /** True unless the varint is 0, whatever its length. */
  bool(): boolean {
    const { buf, len } = this
    let value = false
    for (let i = 0; i < 10; i += 1) {
      if (this.pos >= len) throw pastTheEnd()
      const byte = buf[this.pos++] as number
      if ((byte & 127) !== 0) value = true
      if (byte < 128) return value
    }
    throw tooLong()
  }

  /** Four bytes. */
  fixed32(): number {
    const { buf } = this
    const at = this.take(4)
    return (
      ((buf[at] as number) |
        ((buf[at + 1] as number) << 8) |
        ((buf[at + 2] as number) << 16) |
        ((buf[at + 3] as number) << 24)) >>>
      0
    )
  }

  sfixed32(): number {
    return this.fixed32() | 0
  }

  float(): number {
    scratch.setUint32(0, this.fixed32())
    return scratch.getFloat32(0)
  }

  double(): number {
    scratch.setUint32(4, this.fixed32())
    scratch.setUint32(0, this.fixed32())
    return scratch.getFloat64(0)
  }

  /** Bytes behind their number: a view of what is read. */
  bytes(): Uint8Array {
    const start = this.take(this.uint32())
    return this.buf.subarray(start, this.pos)
  }

  /** A text behind the number of its bytes; what is not UTF-8 in it is replaced. */
  string(): string {
    const start = this.take(this.uint32())
    return decodeText(this.buf, start, this.pos)
  }

  /**
   * Passes over a field.
   *
   * @param wire - its wire type, the lowest three bits of its tag
   * @param depth - how many groups it is in
   * @param field - its number, where that is to be checked: 0 is none, and a group has to end with its own
   */
  skipType(wire: number, depth = 0, field?: number): void {
    if (field === 0) throw new RangeError('a field of number 0')
    if (depth > deepest) throw new RangeError(`groups are nested more than ${deepest} deep`)
    switch (wire) {
      case 0:
        this.bool()
        return
      case 1:
        this.take(8)
        return
      case 2:
        this.take(this.uint32())
        return
      case 3:
        return this.skipGroup(depth, field)
      case 5:
        this.take(4)
        return
      default:
        throw new RangeError(`a field of wire type ${wire}`)
    }
  }

  private skipGroup(depth: number, field: number | undefined): void {
    for (;;) {
      const tag = this.uint32()
      if ((tag & 7) !== 4) this.skipType(tag & 7, depth + 1, tag >>> 3)
      else if (field === undefined || tag >>> 3 === field) return
      else throw new RangeError('a group ends with the number of another one')
    }
  }

  /** Steps over so many bytes, and says where they begin. */
  private take(bytes: number): number {
    const start = this.pos
    if (bytes > this.len - start) throw pastTheEnd()
    this.pos = start + bytes
    return start
  }
}

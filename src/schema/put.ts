import type { Writer } from '../protobuf/writer.js'
import { bytesOfBigint, writeFixed64, writeSint64, writeVarint64 } from './bytes-of.js'
import { mismatch } from './mismatch.js'
import { isWellFormed, scalars, type Scalar } from './scalar.js'

/**
 * Writes a value behind its tag, having checked that it is one of the scalar's; a tag of zero is not written.
 *
 * These are the hot path of every encoder: they write into the writer's buffer themselves, where there is room.
 */
export type Put = (writer: Writer, tag: number, value: unknown) => void

/** Makes room for some bytes; the writer's position stays. */
const grow = (writer: Writer, bytes: number): void => {
  const at = writer.pos
  writer.raw(new Uint8Array(bytes))
  writer.pos = at
}

const putTag = (buf: Uint8Array, at: number, tag: number): number => {
  let rest = tag
  let pos = at
  while (rest > 127) {
    buf[pos++] = (rest & 127) | 128
    rest >>>= 7
  }
  if (tag !== 0) buf[pos++] = rest
  return pos
}

/** Longest text that is written character by character, and whose length takes one byte even if all take three. */
const shortText = 42

/** Writes a text; a lone surrogate in it is a mismatch. */
export const putString: Put = (writer, tag, value) => {
  if (typeof value !== 'string') throw mismatch
  const { length } = value
  if (length > shortText) {
    if (!isWellFormed(value)) throw mismatch
    if (tag !== 0) writer.uint32(tag)
    writer.string(value)
    return
  }
  if (writer.buf.length - writer.pos < 136) grow(writer, 136)
  const { buf } = writer
  const head = putTag(buf, writer.pos, tag)
  let pos = head + 1
  for (let i = 0; i < length; i += 1) {
    const c = value.charCodeAt(i)
    if (c < 128) buf[pos++] = c
    else if (c < 2048) {
      buf[pos++] = (c >> 6) | 192
      buf[pos++] = (c & 63) | 128
    } else if (c < 0xd800 || c > 0xdfff) {
      buf[pos++] = (c >> 12) | 224
      buf[pos++] = ((c >> 6) & 63) | 128
      buf[pos++] = (c & 63) | 128
    } else {
      const low = c < 0xdc00 && i + 1 < length ? value.charCodeAt(i + 1) : 0
      if ((low & 0xfc00) !== 0xdc00) throw mismatch
      i += 1
      const point = 0x10000 + ((c & 1023) << 10) + (low & 1023)
      buf[pos++] = (point >> 18) | 240
      buf[pos++] = ((point >> 12) & 63) | 128
      buf[pos++] = ((point >> 6) & 63) | 128
      buf[pos++] = (point & 63) | 128
    }
  }
  buf[head] = pos - head - 1
  writer.pos = pos
}

const float64 = new Float64Array(1)
const float64Bytes = new Uint8Array(float64.buffer)
// the bytes of 1 begin with zeros on a machine that is little-endian
float64[0] = 1
const littleEndian = float64Bytes[0] === 0

/** Writes a number in eight bytes. */
export const putDouble: Put = (writer, tag, value) => {
  if (typeof value !== 'number') throw mismatch
  if (writer.buf.length - writer.pos < 13) grow(writer, 13)
  const { buf } = writer
  const pos = putTag(buf, writer.pos, tag)
  writer.pos = pos
  if (!littleEndian) {
    writer.double(value)
    return
  }
  float64[0] = value
  buf[pos] = float64Bytes[0] as number
  buf[pos + 1] = float64Bytes[1] as number
  buf[pos + 2] = float64Bytes[2] as number
  buf[pos + 3] = float64Bytes[3] as number
  buf[pos + 4] = float64Bytes[4] as number
  buf[pos + 5] = float64Bytes[5] as number
  buf[pos + 6] = float64Bytes[6] as number
  buf[pos + 7] = float64Bytes[7] as number
  writer.pos = pos + 8
}

/** Writes a boolean. */
export const putBool: Put = (writer, tag, value) => {
  if (typeof value !== 'boolean') throw mismatch
  if (writer.buf.length - writer.pos < 6) grow(writer, 6)
  const pos = putTag(writer.buf, writer.pos, tag)
  writer.buf[pos] = value ? 1 : 0
  writer.pos = pos + 1
}

/** Writes an enum's number, or a whole number that is not negative. */
export const putUnsigned = (writer: Writer, tag: number, value: number): void => {
  if (writer.buf.length - writer.pos < 10) grow(writer, 10)
  const { buf } = writer
  let pos = putTag(buf, writer.pos, tag)
  let rest = value
  while (rest > 127) {
    buf[pos++] = (rest & 127) | 128
    rest >>>= 7
  }
  buf[pos++] = rest
  writer.pos = pos
}

/** Writes a whole number from -2^31 to 2^31 - 1; anything else is a mismatch. */
export const putInt32: Put = (writer, tag, value) => {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch
  if (value >= 0) {
    // minus zero is written as zero
    putUnsigned(writer, tag, value | 0)
    return
  }
  if (tag !== 0) writer.uint32(tag)
  writer.int32(value)
}

/** Writes a whole number from 0 to 2^32 - 1; anything else is a mismatch. */
export const putUint32: Put = (writer, tag, value) => {
  if (typeof value !== 'number' || value >>> 0 !== value) throw mismatch
  putUnsigned(writer, tag, value >>> 0)
}

/** Leaves room for a message's length behind its tag, and says where the message begins. */
export const open = (writer: Writer, tag: number): number => {
  if (writer.buf.length - writer.pos < 6) grow(writer, 6)
  const pos = putTag(writer.buf, writer.pos, tag) + 1
  writer.buf[pos - 1] = 0
  writer.pos = pos
  return pos
}

const checked = (scalar: Scalar, write: (writer: Writer, value: never) => unknown): Put => {
  const { holds } = scalars[scalar]
  return (writer, tag, value) => {
    if (!holds(value)) throw mismatch
    if (tag !== 0) writer.uint32(tag)
    write(writer, value as never)
  }
}

/** How each scalar is written. */
export const putters: Readonly<Record<Scalar, Put>> = {
  string: putString,
  bool: putBool,
  double: putDouble,
  int32: putInt32,
  uint32: putUint32,
  bytes: checked('bytes', (w, v: Uint8Array) => w.bytes(v)),
  float: checked('float', (w, v: number) => w.float(v)),
  sint32: checked('sint32', (w, v: number) => w.sint32(v)),
  fixed32: checked('fixed32', (w, v: number) => w.fixed32(v)),
  sfixed32: checked('sfixed32', (w, v: number) => w.sfixed32(v)),
  int64: checked('int64', writeVarint64),
  uint64: checked('uint64', writeVarint64),
  sint64: checked('sint64', writeSint64),
  fixed64: checked('fixed64', writeFixed64),
  sfixed64: checked('sfixed64', writeFixed64),
  int53: checked('int53', (w, v: number) => w.uint64(v)),
  bigint: checked('bigint', (w, v: bigint) => w.bytes(bytesOfBigint(v))),
}

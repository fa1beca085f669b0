import { freshBytes } from '../protobuf/fresh-bytes.js'
import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { mismatch } from './mismatch.js'

const none = new Uint8Array(8)

/** Leaves room for a message's length, and says where the message begins. */
export const beginMessage = (writer: Writer): number => {
  writer.uint32(0)
  return writer.pos
}

/** Puts the length in front of what was written since {@link beginMessage}. */
export const endMessage = (writer: Writer, start: number): void => {
  let length = writer.pos - start
  if (length < 128) {
    writer.buf[start - 1] = length
    return
  }
  const more = length < 16_384 ? 1 : length < 2_097_152 ? 2 : length < 268_435_456 ? 3 : 4
  writer.raw(none.subarray(0, more))
  const { buf } = writer
  buf.copyWithin(start + more, start, start + length)
  let at = start - 1
  while (length > 127) {
    buf[at++] = (length & 127) | 128
    length >>>= 7
  }
  buf[at] = length
}

const scratch = new DataView(new ArrayBuffer(8))

/** Writes the lowest 64 bits of a bigint as a varint. */
export const writeVarint64 = (writer: Writer, value: bigint): void => {
  if (value >= 0n && value <= 0xffffffffn) {
    writer.uint32(Number(value))
    return
  }
  scratch.setBigUint64(0, BigInt.asUintN(64, value))
  writer.halves(scratch.getUint32(0), scratch.getUint32(4))
}

let low = 0
let high = 0

const readHalves = (reader: Reader): void => {
  low = 0
  high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (reader.pos >= reader.len) throw mismatch
    const byte = reader.buf[reader.pos++] as number
    const bits = byte & 127
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high |= bits >>> 4
    } else if (shift < 63) high |= bits << (shift - 32)
    else high |= bits << 31
    if (byte < 128) {
      low >>>= 0
      high >>>= 0
      return
    }
  }
  throw mismatch
}

const bigintOfHalves = (): bigint => (high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low))

/** Reads a varint as an unsigned bigint. */
export const readUint64 = (reader: Reader): bigint => {
  readHalves(reader)
  return bigintOfHalves()
}

/** Reads a varint as a signed bigint. */
export const readInt64 = (reader: Reader): bigint => BigInt.asIntN(64, readUint64(reader))

/** Reads a varint as a zig-zag bigint. */
export const readSint64 = (reader: Reader): bigint => {
  const value = readUint64(reader)
  return (value >> 1n) ^ -(value & 1n)
}

/** Reads an int64 as a number; throws {@link mismatch} past 2^53. */
export const readInt53 = (reader: Reader): number => {
  readHalves(reader)
  const value = (high | 0) * 4_294_967_296 + low
  if (!Number.isSafeInteger(value)) throw mismatch
  return value
}

/** Reads eight bytes as an unsigned bigint. */
export const readFixed64 = (reader: Reader): bigint => {
  low = reader.fixed32()
  high = reader.fixed32()
  return bigintOfHalves()
}

/** Reads eight bytes as a signed bigint. */
export const readSfixed64 = (reader: Reader): bigint => BigInt.asIntN(64, readFixed64(reader))

/** Writes the lowest 64 bits of a bigint in eight bytes. */
export const writeFixed64 = (writer: Writer, value: bigint): void => {
  scratch.setBigUint64(0, BigInt.asUintN(64, value))
  writer.fixed32(scratch.getUint32(4))
  writer.fixed32(scratch.getUint32(0))
}

/** Writes a bigint in zig-zag. */
export const writeSint64 = (writer: Writer, value: bigint): void =>
  writeVarint64(writer, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))

/** Bytes of a bigint of any size: two's complement, big-endian, as few as hold it; zero has none. */
export const bytesOfBigint = (value: bigint): Uint8Array => {
  if (value === 0n) return new Uint8Array(0)
  const negative = value < 0n
  // of a negative number the complement is written, and its bits turned round
  const hex = (negative ? -value - 1n : value).toString(16)
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`
  const spare = Number.parseInt(digits.slice(0, 2), 16) > 127 ? 1 : 0
  const bytes = new Uint8Array(digits.length / 2 + spare)
  for (let i = 0; i < digits.length / 2; i += 1) bytes[i + spare] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  if (negative) for (let i = 0; i < bytes.length; i += 1) bytes[i] = ~(bytes[i] as number)
  return bytes
}

/** A bigint of its bytes, see {@link bytesOfBigint}; takes time in proportion to their number. */
export const bigintOfBytes = (bytes: Uint8Array): bigint => {
  if (bytes.length === 0) return 0n
  const negative = (bytes[0] as number) > 127
  const digits: string[] = []
  for (const byte of bytes) digits.push((negative ? ~byte & 255 : byte).toString(16).padStart(2, '0'))
  const magnitude = BigInt(`0x${digits.join('')}`)
  return negative ? -magnitude - 1n : magnitude
}

/** From here on memory is taken as it is, and not cleared before it is written. */
const worthFresh = 8 * 1024

const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array => new Uint8Array(buffer, byteOffset, length)

/**
 * Takes bytes out of the read buffer, as a plain Uint8Array: a copy, unless whoever takes them only borrows them, or they are most of
 * what a buffer holds that nobody else uses, so that keeping them keeps at most twice as much.
 */
export const readBytes = (reader: Reader): Uint8Array => {
  const length = reader.uint32()
  const start = reader.pos
  if (length > reader.len - start) throw mismatch
  reader.pos = start + length
  const { memory } = reader
  const { buffer, byteOffset } = reader.buf
  if (memory === 'borrowed' || (memory === 'own' && length * 2 >= buffer.byteLength))
    return new Uint8Array(buffer, byteOffset + start, length)
  const copy = length < worthFresh ? new Uint8Array(length) : plain(freshBytes(length))
  copy.set(reader.buf.subarray(start, start + length))
  return copy
}

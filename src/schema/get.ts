import { decodeText, type Reader } from '../protobuf/reader.js'
import {
  bigintOfBytes,
  readBytes,
  readFixed64,
  readInt53,
  readInt64,
  readSfixed64,
  readSint64,
  readUint64,
} from './bytes-of.js'
import { mismatch } from './mismatch.js'
import type { Scalar } from './type.js'

const text = String.fromCharCode

/** Longest text that is put together from its characters; beyond it the platform is faster. */
const shortText = 24

/** Reads a text behind its length. */
export const getString = (reader: Reader): string => {
  const { buf } = reader
  let pos = reader.pos
  let length = buf[pos++] as number
  if (length > 127) {
    length = reader.uint32()
    pos = reader.pos
  }
  const end = pos + length
  // this also refuses a length byte that is past the end
  if (!(end <= reader.len)) throw mismatch
  if (length <= shortText) {
    const short = asciiText(buf, pos, end)
    if (short !== undefined) {
      reader.pos = end
      return short
    }
  }
  reader.pos = end
  return decodeText(buf, pos, end)
}

const asciiText = (b: Uint8Array, start: number, end: number): string | undefined => {
  let high = 0
  for (let i = start; i < end; i += 1) high |= b[i] as number
  if (high > 127) return undefined
  let done = ''
  let p = start
  for (; p + 7 < end; p += 8)
    done += text(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!, b[p + 7]!)
  switch (end - p) {
    case 1:
      return done + text(b[p]!)
    case 2:
      return done + text(b[p]!, b[p + 1]!)
    case 3:
      return done + text(b[p]!, b[p + 1]!, b[p + 2]!)
    case 4:
      return done + text(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!)
    case 5:
      return done + text(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!)
    case 6:
      return done + text(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!)
    case 7:
      return done + text(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!)
    default:
      return done
  }
}

const float64 = new Float64Array(1)
const float64Bytes = new Uint8Array(float64.buffer)
float64[0] = 1
const littleEndian = float64Bytes[0] === 0

/** Reads eight bytes as a number. */
export const getDouble = (reader: Reader): number => {
  if (!littleEndian) return reader.double()
  const { buf, pos } = reader
  if (pos + 8 > reader.len) throw mismatch
  float64Bytes[0] = buf[pos] as number
  float64Bytes[1] = buf[pos + 1] as number
  float64Bytes[2] = buf[pos + 2] as number
  float64Bytes[3] = buf[pos + 3] as number
  float64Bytes[4] = buf[pos + 4] as number
  float64Bytes[5] = buf[pos + 5] as number
  float64Bytes[6] = buf[pos + 6] as number
  float64Bytes[7] = buf[pos + 7] as number
  reader.pos = pos + 8
  return float64[0] as number
}

/** How each scalar is read behind its tag. */
export const getters: Readonly<Record<Scalar, (reader: Reader) => unknown>> = {
  string: getString,
  bool: r => r.bool(),
  bytes: readBytes,
  double: getDouble,
  float: r => r.float(),
  int32: r => r.int32(),
  uint32: r => r.uint32(),
  sint32: r => r.sint32(),
  fixed32: r => r.fixed32(),
  sfixed32: r => r.sfixed32(),
  int64: readInt64,
  uint64: readUint64,
  sint64: readSint64,
  fixed64: readFixed64,
  sfixed64: readSfixed64,
  int53: readInt53,
  bigint: r => bigintOfBytes(readBytes(r)),
}

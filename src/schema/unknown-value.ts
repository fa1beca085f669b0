import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { beginMessage, bigintOfBytes, bytesOfBigint, endMessage, readBytes } from './bytes-of.js'
import { maxDepth, mismatch, tooDeep } from './mismatch.js'
import { isWellFormed } from './scalar.js'

/**
 * `sluice.v1.Value`: whatever is data. Plain objects, arrays, texts, numbers, bigints, booleans, bytes, `null` and
 * `undefined`; not functions, symbols or instances of classes.
 *
 * One field per message: 1 null, 2 undefined, 3 bool, 4 double, 5 string, 6 bytes, 7 bigint, 8 list, 9 object.
 */
export const writeUnknown = (value: unknown, writer: Writer, depth: number): void => {
  if (depth > maxDepth) throw tooDeep
  switch (typeof value) {
    case 'undefined':
      writer.uint32(16).uint32(0)
      return
    case 'boolean':
      writer.uint32(24).bool(value)
      return
    case 'number':
      writer.uint32(33).double(value)
      return
    case 'string':
      if (!isWellFormed(value)) throw mismatch
      writer.uint32(42).string(value)
      return
    case 'bigint':
      writer.uint32(58).bytes(bytesOfBigint(value))
      return
    case 'object':
      writeObject(value, writer, depth)
      return
    default:
      throw mismatch
  }
}

const writeObject = (value: object | null, writer: Writer, depth: number): void => {
  if (value === null) {
    writer.uint32(8).uint32(0)
    return
  }
  if (value instanceof Uint8Array) {
    writer.uint32(50).bytes(value)
    return
  }
  if (Array.isArray(value)) {
    writer.uint32(66)
    const list = beginMessage(writer)
    for (const item of value as readonly unknown[]) {
      writer.uint32(10)
      const start = beginMessage(writer)
      writeUnknown(item, writer, depth + 1)
      endMessage(writer, start)
    }
    endMessage(writer, list)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype && !isForeignPlain(prototype)) throw mismatch
  writer.uint32(74)
  const map = beginMessage(writer)
  for (const key of Object.keys(value)) {
    if (!isWellFormed(key)) throw mismatch
    writer.uint32(10)
    const entry = beginMessage(writer)
    writer.uint32(10).string(key).uint32(18)
    const start = beginMessage(writer)
    writeUnknown((value as Record<string, unknown>)[key], writer, depth + 1)
    endMessage(writer, start)
    endMessage(writer, entry)
  }
  endMessage(writer, map)
}

// the Object.prototype of another realm
const isForeignPlain = (prototype: unknown): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')

/** Reads one `sluice.v1.Value` up to `reader.len`. */
export const readUnknown = (reader: Reader, depth: number): unknown => {
  if (depth > maxDepth) throw tooDeep
  let value: unknown
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    switch (tag) {
      case 8:
        reader.uint32()
        value = null
        break
      case 16:
        reader.uint32()
        value = undefined
        break
      case 24:
        value = reader.bool()
        break
      case 33:
        value = reader.double()
        break
      case 42:
        value = reader.string()
        break
      case 50:
        value = readBytes(reader)
        break
      case 58:
        value = bigintOfBytes(readBytes(reader))
        break
      case 66:
        value = within(reader, () => readList(reader, depth))
        break
      case 74:
        value = within(reader, () => readMap(reader, depth))
        break
      default:
        reader.skipType(tag & 7, 0, tag >>> 3)
    }
  }
  return value
}

/** Reads a length and lets the given function read so far and no further. */
export const within = <A>(reader: Reader, read: () => A): A => {
  const length = reader.uint32()
  const outer = reader.len
  if (length > outer - reader.pos) throw mismatch
  reader.len = reader.pos + length
  const value = read()
  reader.len = outer
  return value
}

const readList = (reader: Reader, depth: number): readonly unknown[] => {
  const list: unknown[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 10) list.push(within(reader, () => readUnknown(reader, depth + 1)))
    else reader.skipType(tag & 7, 0, tag >>> 3)
  }
  return list
}

const readMap = (reader: Reader, depth: number): Readonly<Record<string, unknown>> => {
  const map: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 10) within(reader, () => readEntry(reader, map, depth))
    else reader.skipType(tag & 7, 0, tag >>> 3)
  }
  return map
}

const readEntry = (reader: Reader, map: Record<string, unknown>, depth: number): void => {
  let key = ''
  let value: unknown
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 10) key = reader.string()
    else if (tag === 18) value = within(reader, () => readUnknown(reader, depth + 1))
    else reader.skipType(tag & 7, 0, tag >>> 3)
  }
  setOwn(map, key, value)
}

/** Sets a property that is data, whatever it is called. */
export const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

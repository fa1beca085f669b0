/**
 * As much of protobuf as this peer needs: bytes of fields in, bytes of fields out.
 */

/** A text or message that is no protobuf. */
export class Malformed extends Error {}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** Pieces of bytes in one. */
export const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A whole number up to 2^53 - 1, base 128, least significant group first. */
export const varint = number => {
  const out = []
  let rest = number
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128)
  return Uint8Array.from([...out, rest])
}

/** A field that is a number; false is 0, true is 1. */
export const number = (field, value) => join(varint(field * 8), varint(Number(value)))

/** A field of bytes, or a message. */
export const bytes = (field, value) => join(varint(field * 8 + 2), varint(value.length), value)

/** A field of text. */
export const text = (field, value) => bytes(field, utf8.encode(value))

/** A message, made of its fields; what is undefined is left out. */
export const message = (...fields) => join(...fields.filter(field => field !== undefined))

/** A varint, and where it ends. */
const readVarint = (from, at) => {
  let value = 0n
  for (let i = 0; i < 10; i += 1) {
    if (at + i >= from.length) throw new Malformed('a number is cut off')
    value |= BigInt(from[at + i] & 127) << BigInt(7 * i)
    if (from[at + i] < 128) return [BigInt.asUintN(64, value), at + i + 1]
  }
  throw new Malformed('a number has more than ten bytes')
}

/** Behind the group that began with `field`: nobody uses them, but they are protobuf. */
const skipGroup = (from, start, field, depth) => {
  if (depth > 50) throw new Malformed('groups are nested too deeply')
  let at = start
  for (;;) {
    const [{ field: inner, type }, next] = readField(from, at, depth + 1)
    at = next
    if (type === 4) {
      if (inner === field) return at
      throw new Malformed('a group ends that did not begin')
    }
  }
}

const take = (from, at, length) => {
  if (at + length > from.length) throw new Malformed('a field is cut off')
  return [from.subarray(at, at + length), at + length]
}

const readField = (from, start, depth) => {
  const [tag, at] = readVarint(from, start)
  const field = Number(tag >> 3n)
  const type = Number(tag & 7n)
  if (field === 0 || tag > 0xffff_ffffn) throw new Malformed('no field has that number')
  switch (type) {
    case 0: {
      const [value, next] = readVarint(from, at)
      return [{ field, type, value }, next]
    }
    case 1:
    case 5: {
      const [value, next] = take(from, at, type === 1 ? 8 : 4)
      return [{ field, type, value }, next]
    }
    case 2: {
      const [length, behind] = readVarint(from, at)
      const [value, next] = take(from, behind, Number(length))
      return [{ field, type, value }, next]
    }
    case 3:
      return [{ field, type }, skipGroup(from, at, field, depth)]
    case 4:
      return [{ field, type }, at]
    default:
      throw new Malformed(`there is no wire type ${type}`)
  }
}

/** All fields of a message, in the order in which they stand. */
export const fieldsOf = from => {
  const found = []
  for (let at = 0; at < from.length;) {
    const [field, next] = readField(from, at, 0)
    if (field.type === 4) throw new Malformed('a group ends that did not begin')
    found.push(field)
    at = next
  }
  return found
}

/**
 * A message by its fields' numbers. Of a field that comes twice the last counts; one of another wire type than is asked
 * for is unknown, and passed over.
 */
export class Message {
  constructor(from) {
    this.fields = fieldsOf(from)
  }

  #last(field, type) {
    return this.fields.findLast(one => one.field === field && one.type === type)?.value
  }

  /** A number of 32 bits, or undefined. */
  uint(field) {
    const value = this.#last(field, 0)
    return value === undefined ? undefined : Number(value & 0xffff_ffffn)
  }

  bool(field) {
    return (this.#last(field, 0) ?? 0n) !== 0n
  }

  bytes(field) {
    return this.#last(field, 2)
  }

  text(field) {
    const found = this.#last(field, 2)
    return found === undefined ? undefined : fromUtf8.decode(found)
  }

  /** A message in a field, or undefined. */
  message(field) {
    const found = this.#last(field, 2)
    return found === undefined ? undefined : new Message(found)
  }

  /** All of a repeated field of bytes. */
  all(field) {
    return this.fields.filter(one => one.field === field && one.type === 2).map(one => one.value)
  }

  texts(field) {
    return this.all(field).map(one => fromUtf8.decode(one))
  }

  messages(field) {
    return this.all(field).map(one => new Message(one))
  }

  /** All of a repeated field of numbers, packed or not. */
  uints(field) {
    return this.fields
      .filter(one => one.field === field)
      .flatMap(({ type, value }) => {
        if (type === 0) return [Number(value & 0xffff_ffffn)]
        if (type !== 2) return []
        const numbers = []
        for (let at = 0; at < value.length;) {
          const [one, next] = readVarint(value, at)
          numbers.push(Number(one & 0xffff_ffffn))
          at = next
        }
        return numbers
      })
  }
}

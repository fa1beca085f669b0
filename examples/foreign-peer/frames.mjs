/**
 * Bytes to frames and back: proto/README.md, "Framing", and proto/sluice/v1/wire.proto.
 */
import { Malformed, fieldsOf, join, message, number, bytes, text, varint } from './protobuf.mjs'

/** The far end broke a rule; the session ends with `Goodbye(VIOLATION)`. */
export class Violation extends Error {}

/** Kinds of frames by their field's number. */
const kinds = {
  2: 'open',
  3: 'next',
  4: 'reply',
  5: 'complete',
  6: 'fail',
  7: 'cancel',
  8: 'credit',
  9: 'fragment',
  16: 'hello',
  17: 'proof',
  18: 'descriptors',
  19: 'verdicts',
  20: 'ping',
  21: 'pong',
  22: 'ack',
  23: 'goodbye',
}

const numbers = Object.fromEntries(Object.entries(kinds).map(([field, kind]) => [kind, Number(field)]))

/** True for the frames of a call. */
const isOfCall = kind => numbers[kind] <= 9

/** `Fail.Code`, by number. */
export const codes = [
  'UNSPECIFIED',
  'FAILURE',
  'DEFECT',
  'UNIMPLEMENTED',
  'NO_REPLY',
  'TIMEOUT',
  'INVALID_PAYLOAD',
  'SCHEMA_MISMATCH',
  'OVERFLOW',
  'OVERLOADED',
  'TOO_LARGE',
  'GOING_AWAY',
]

/** `Goodbye.Reason`, by number. */
export const reasons = ['DONE', 'REFUSED', 'VIOLATION', 'SCHEMA', 'LATE']

/** The bytes of a frame: with its length in front. */
export const frame = (kind, body, call) => {
  const whole = message(call === undefined ? undefined : number(1, call), bytes(numbers[kind], body))
  return join(varint(whole.length), whole)
}

/** The body of a `Fail`. */
export const failed = (code, { message: why = '', name, failure } = {}) =>
  message(
    number(1, codes.indexOf(code)),
    text(2, why),
    name === undefined ? undefined : text(3, name),
    failure === undefined ? undefined : bytes(5, failure),
  )

/** The body of a `Credit`. */
export const credit = (items, size) => message(number(1, items), number(2, size))

/** A frame as `{ kind, body, call }`; undefined where it is of no kind that is known here. */
const parse = whole => {
  let call
  let found
  for (const { field, type, value } of fieldsOf(whole)) {
    if (field === 1 && type === 0) call = value
    else if (type === 2 && kinds[field] !== undefined) found = { kind: kinds[field], body: value, call }
  }
  if (found === undefined) return undefined
  if (!isOfCall(found.kind)) return found
  if (found.call === undefined) throw new Violation(`a ${found.kind} names no call before its kind`)
  if (found.call < 1n || found.call > BigInt(Number.MAX_SAFE_INTEGER)) throw new Violation('no call has that id')
  return { ...found, call: Number(found.call) }
}

/** Cuts chunks of bytes into frames; `limit` says how long one may be at the moment. */
export class Deframer {
  #chunks = []
  #size = 0

  constructor(limit) {
    this.limit = limit
  }

  #rest() {
    const whole = this.#chunks.length === 1 ? this.#chunks[0] : join(...this.#chunks)
    this.#chunks = [whole]
    return whole
  }

  /** The length in front: `{ length, behind }`, or undefined while it is not there. */
  #length() {
    const rest = this.#rest()
    let length = 0
    for (let i = 0; i < rest.length; i += 1) {
      if (i === 5) throw new Violation('a length has more than five bytes')
      length += (rest[i] & 127) * 128 ** i
      if (rest[i] < 128) return { length, behind: i + 1 }
    }
    if (rest.length >= 5) throw new Violation('a length has more than five bytes')
    return undefined
  }

  /** All frames that a chunk completes, one after the other: the limit may change in between. */
  *push(chunk) {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    for (;;) {
      if (this.#size === 0 || this.#size < (this.wanted ?? 0)) return
      const found = this.#length()
      if (found === undefined) return
      const { length, behind } = found
      if (length > this.limit()) throw new Violation(`a frame of ${length} bytes is over the limit of ${this.limit()}`)
      this.wanted = behind + length
      if (this.#size < this.wanted) return
      const rest = this.#rest()
      const whole = rest.subarray(behind, this.wanted)
      this.#chunks = [rest.subarray(this.wanted)]
      this.#size -= this.wanted
      this.wanted = undefined
      if (length === 0) continue
      try {
        const one = parse(whole)
        if (one !== undefined) yield one
      } catch (error) {
        throw error instanceof Malformed ? new Violation(`a frame is no protobuf: ${error.message}`) : error
      }
    }
  }
}

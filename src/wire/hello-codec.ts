import { always, bytes, choice, field, flag, list, message, text, uint32, type Kind } from '../protobuf/message.js'
import type { Reader } from '../protobuf/reader.js'
import { Writer } from '../protobuf/writer.js'
import { readSafeInteger, within } from './call-frame-codec.js'
import type { Hello, Limits, Offer, ResumeAsked } from './frame.js'

/** What an end that says nothing about its limits takes in. */
export const defaultLimits: Limits = { frameBytes: 16 * 1024 * 1024, messageBytes: 64 * 1024 * 1024, calls: 1024 }

/** Bytes, none of them where the field is absent. */
export const noBytes = new Uint8Array(0)

/** A whole number below 2^53, such as a position. */
export const position: Kind<number> = {
  wire: 0,
  write: (writer, value) => writer.uint64(value),
  read: reader => readSafeInteger(reader, 'a number'),
}

const offer = message<Offer>({
  contract: field(1, text, ''),
  fingerprint: field(2, bytes, noBytes),
  methods: list(3, text),
})

// absent, they are the defaults
const limits = message<Limits>({
  frameBytes: always(1, uint32, defaultLimits.frameBytes),
  messageBytes: always(2, uint32, defaultLimits.messageBytes),
  calls: always(3, uint32, defaultLimits.calls),
})

const resumeAsked = message<ResumeAsked>({
  // kept for longer than the bytes that it was read from
  session: field<Uint8Array, Uint8Array>(1, { ...bytes, read: reader => reader.bytes().slice() }, noBytes),
  epoch: field(2, uint32, 0),
  position: field(3, position, 0),
  lacksVerdicts: field(4, flag, false),
})

const hello = message<Omit<Hello, '_tag'>>({
  versions: list(1, uint32),
  nonce: field(2, bytes, noBytes),
  proof: field(3, flag, false),
  limits: always(4, limits, defaultLimits),
  validation: field(5, choice(['report', 'require', 'off'], 'report'), 'report'),
  serves: list(6, offer),
  uses: list(7, offer),
  heartbeatMs: field(8, uint32, 0),
  capabilities: list(9, text),
  resumeMs: field(10, uint32, 0),
  resume: field(11, resumeAsked, undefined),
})

/** The bytes of the hellos that were read, for the proof: an end that is newer may have said more than we understand. */
const asRead = new WeakMap<Hello, Uint8Array>()

/** A `Hello` message as it is, or was, sent: without tag and length. */
export const helloBytes = (each: Hello): Uint8Array => {
  const read = asRead.get(each)
  if (read !== undefined) return read
  const writer = Writer.create()
  hello.writeFields(writer, each)
  return writer.finish()
}

const readHello = (reader: Reader): Hello => {
  // a copy, also of a Buffer, whose slice is none
  const own = new Uint8Array(reader.buf.subarray(reader.pos, reader.len))
  const read: Hello = { _tag: 'Hello', ...hello.readFields(reader, within) }
  asRead.set(read, own)
  return read
}

/** Reads a `Hello`, and remembers its bytes for {@link helloBytes}. */
export const helloKind: Kind<Hello> = { ...hello, read: reader => within(reader, readHello) }

import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { callTags, idSize, varintSize, writeId } from './call-ids.js'
import type { PayloadKind } from './frame-taker.js'
import type { PayloadFrame } from './frame.js'

const tags = { Next: callTags.next, Reply: callTags.reply, Fragment: callTags.fragment } as const

/** What kind of payload stands behind that tag; `undefined`: none. */
const payloadKind = (tag: number | undefined): PayloadKind | undefined =>
  tag === tags.Next ? 'Next' : tag === tags.Reply ? 'Reply' : tag === tags.Fragment ? 'Fragment' : undefined

/** A payload below that has a length of one byte, and so has its frame, whatever its id: that takes nine bytes with its tag at most. */
const shortPayload = 0x60

/** Gives where it ends. */
const putVarint = (buf: Uint8Array, start: number, value: number): number => {
  let at = start
  let rest = value
  while (rest > 127) {
    buf[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  buf[at] = rest
  return at + 1
}

/** Writes what stands in front of the payload, in a frame that carries a payload and nothing else. */
export const writePayloadHead = ({ _tag, id, payload }: PayloadFrame, writer: Writer): void => {
  const size = payload.length
  writer.uint32(idSize(id) + 1 + varintSize(size) + size)
  writeId(id, writer)
  writer.uint32(tags[_tag]).uint32(size)
}

/** Writes a frame that carries a payload and nothing else. */
export const writePayloadFrame = (frame: PayloadFrame, writer: Writer): void => {
  writePayloadHead(frame, writer)
  writer.raw(frame.payload)
}

/**
 * Writes the head of such a frame, of 22 bytes at most, whose payload is to follow: {@link endPayload} fills in the lengths.
 *
 * @param expected - how long the payload is likely to be, so that it need not be moved
 * @param writer - has room for it
 * @returns where the payload starts
 */
export const beginPayload = (kind: PayloadKind, id: number, expected: number, writer: Writer): number => {
  // 2^31 - 1 and not below 2^31: the engine compares whole numbers of that length without turning them into fractions
  if (expected < shortPayload && id <= 0x7fff_ffff) {
    // nearly all: two lengths of one byte each, with an id between that has one only for the first calls of a connection
    const { buf, pos } = writer
    buf[pos + 1] = callTags.id
    const at = putVarint(buf, pos + 2, id)
    // by comparison: a table that was asked for several kinds is slow
    buf[at] = kind === 'Next' ? callTags.next : tags[kind]
    return (writer.pos = at + 2)
  }
  return beginLong(kind, id, expected, writer)
}

// apart, so that the engine puts what is short where it is called
const beginLong = (kind: PayloadKind, id: number, expected: number, writer: Writer): number => {
  const sizeRoom = varintSize(expected)
  writer.pos += varintSize(idSize(id) + 1 + sizeRoom + expected)
  writeId(id, writer)
  writer.buf[writer.pos++] = tags[kind]
  return (writer.pos += sizeRoom)
}

/**
 * Fills in the lengths of a frame whose payload has been written, and moves it where they take another number of bytes.
 *
 * @param frame - where the frame starts
 * @param payload - where its payload starts, as {@link beginPayload} said
 * @param id - as that was told, like the next one
 */
export const endPayload = (frame: number, payload: number, id: number, expected: number, writer: Writer): void => {
  const size = writer.pos - payload
  if (size < shortPayload && expected < shortPayload) {
    writer.buf[frame] = writer.pos - frame - 1
    writer.buf[payload - 1] = size
  } else endLong(frame, payload, id, expected, writer)
}

const endLong = (frame: number, payload: number, id: number, expected: number, writer: Writer): void => {
  const size = writer.pos - payload
  const inner = idSize(id) + 1
  const total = inner + varintSize(size) + size
  const sizeRoom = varintSize(expected)
  const frameRoom = payload - sizeRoom - inner - frame
  const frameLength = varintSize(total)
  const more = frameLength + varintSize(size) - frameRoom - sizeRoom
  if (more !== 0) {
    writer.reserve(more)
    const { buf } = writer
    if (more > 0) buf.copyWithin(payload + more, payload, payload + size)
    buf.copyWithin(frame + frameLength, frame + frameRoom, frame + frameRoom + inner)
    if (more < 0) buf.copyWithin(payload + more, payload, payload + size)
    writer.pos += more
  }
  putVarint(writer.buf, frame, total)
  putVarint(writer.buf, frame + frameLength + inner, size)
}

/** What stands in front of a payload, beside its kind. Filled in again for each frame: an object for each would cost more. */
export interface PayloadHead {
  id: number
}

/**
 * Reads the head of a frame that carries a payload and nothing else, where it is as this library writes it.
 *
 * @returns the kind, with the reader at the payload; `undefined` for any other frame, with the reader where it was
 */
export const readPayloadHead = (reader: Reader, head: PayloadHead): PayloadKind | undefined => {
  const { buf, len } = reader
  let at = reader.pos
  if (buf[at++] !== callTags.id) return undefined
  let id = buf[at++] as number
  if (id > 127) {
    id &= 127
    for (let shift = 7; ; shift += 7) {
      const byte = buf[at++] as number
      id |= (byte & 127) << shift
      if (byte < 128) break
      if (!(shift < 21)) return undefined
    }
  }
  const kind = payloadKind(buf[at++])
  if (kind === undefined || id === 0) return undefined
  let size = buf[at++] as number
  if (size > 127) {
    size &= 127
    for (let shift = 7; ; shift += 7) {
      const byte = buf[at++] as number
      size |= (byte & 127) << shift
      if (byte < 128) break
      if (!(shift < 21)) return undefined
    }
  }
  // this also refuses a head that reaches past the end
  if (at + size !== len) return undefined
  reader.pos = at
  head.id = id
  return kind
}

import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { callTags, varintSize, writeId } from './call-ids.js'
import {
  failCodes,
  isPayload,
  type Allowance,
  type CallFrame,
  type FailCode,
  type Fragment,
  type Frame,
  type Next,
  type Open,
  type Reply,
} from './frame.js'
import { writePayloadFrame } from './payload-frame.js'
import { ProtocolViolation } from './protocol-violation.js'

const maxCredit = 0x7fff_ffff

/** Reads a varint below 2^53. */
export const readSafeInteger = (reader: Reader, what: string): number => {
  const first = reader.buf[reader.pos]
  if (first !== undefined && first < 0x80 && reader.pos < reader.len) {
    reader.pos++
    return first
  }
  let value = 0
  let scale = 1
  for (let i = 0; i < 8; i++) {
    if (reader.pos >= reader.len) throw new ProtocolViolation(`${what} is cut short`)
    const byte = reader.buf[reader.pos++] as number
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break
      return value
    }
    scale *= 0x80
  }
  throw new ProtocolViolation(`${what} is not below 2^53`)
}

const writeAllowance = (allowance: Allowance, writer: Writer): void => {
  writer.fork()
  if (allowance.items > 0) writer.uint32(8).uint32(Math.min(allowance.items, maxCredit))
  if (allowance.bytes > 0) writer.uint32(16).uint32(Math.min(allowance.bytes, maxCredit))
  writer.ldelim()
}

const writeHead = (open: Open, writer: Writer): void => {
  if (open.method !== 0) writer.uint32(8).uint32(open.method)
  if (open.credit !== undefined) writeAllowance(open.credit, writer.uint32(18))
  if (open.timeoutMs !== undefined) writer.uint32(24).uint32(open.timeoutMs)
  if (open.metadata !== undefined)
    for (const [name, text] of Object.entries(open.metadata))
      writer.uint32(34).fork().uint32(10).string(name).uint32(18).string(text).ldelim()
}

const writeOpen = (open: Open, writer: Writer): void => {
  writer.fork()
  writeHead(open, writer)
  if (open.payload.length > 0) writer.uint32(42).bytes(open.payload)
  if (open.more === true) writer.uint32(48).bool(true)
  writer.ldelim()
}

/**
 * Writes an `Open` with its length in front, up to its payload, which is to follow: {@link endOpen} puts the lengths in.
 *
 * @param expected - how long the payload is likely to be, so that it need not be moved
 * @returns where the payload starts
 */
export const beginOpen = (open: Open, expected: number, writer: Writer): number => {
  const room = varintSize(expected)
  writer.fork(room)
  writeId(open.id, writer)
  writer.uint32(callTags.open).fork(room)
  writeHead(open, writer)
  return writer.uint32(42).fork(room).pos
}

/**
 * Ends what {@link beginOpen} began, with a payload of so many bytes.
 *
 * @param expected - as that was told
 */
export const endOpen = (size: number, expected: number, writer: Writer): void => {
  const room = varintSize(expected)
  writer.ldelim(room)
  // a payload of no bytes is left out, with its tag and its length
  if (size === 0) writer.pos -= 2
  writer.ldelim(room).ldelim(room)
}

/** Writes a call frame with its length in front. */
export const writeCallFrame = (frame: CallFrame, writer: Writer): void => {
  if (isPayload(frame)) writePayloadFrame(frame, writer)
  else writeOther(frame, writer)
}

const writeOther = (frame: Exclude<CallFrame, Next | Reply | Fragment>, writer: Writer): void => {
  writer.fork()
  writeId(frame.id, writer)
  switch (frame._tag) {
    case 'Open':
      writeOpen(frame, writer.uint32(callTags.open))
      break
    case 'Credit':
      writeAllowance(frame, writer.uint32(callTags.credit))
      break
    case 'Complete':
      writer.uint32(callTags.complete).uint32(0)
      break
    case 'Cancel':
      writer.uint32(callTags.cancel).uint32(0)
      break
    case 'Fail':
      writer.uint32(callTags.fail).fork().uint32(8).uint32(failCodes[frame.code])
      if (frame.message !== '') writer.uint32(18).string(frame.message)
      if (frame.name !== undefined) writer.uint32(26).string(frame.name)
      if (frame.stack !== undefined) writer.uint32(34).string(frame.stack)
      if (frame.failure !== undefined) writer.uint32(42).bytes(frame.failure)
      writer.ldelim()
      break
    default:
      frame satisfies never
  }
  writer.ldelim()
}

/** Limits the reader to one length-delimited field while `read` is at it. */
export const within = <A>(reader: Reader, read: (reader: Reader) => A): A => {
  const size = reader.uint32()
  const outer = reader.len
  const end = reader.pos + size
  if (end > outer) throw new ProtocolViolation('a field reaches past the end of its frame')
  reader.len = end
  const value = read(reader)
  reader.len = outer
  return value
}

const readAllowance = (reader: Reader): Allowance => {
  let items = 0
  let bytes = 0
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 8) items = Math.min(reader.uint32(), maxCredit)
    else if (tag === 16) bytes = Math.min(reader.uint32(), maxCredit)
    else reader.skipType(tag & 7)
  }
  return { items, bytes }
}

const readEntry = (reader: Reader): readonly [string, string] => {
  let name = ''
  let text = ''
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 10) name = reader.string()
    else if (tag === 18) text = reader.string()
    else reader.skipType(tag & 7)
  }
  return [name, text]
}

const noBytes = new Uint8Array(0)

/** @param inPlace - the request is left to the reader, which then stands at it; `undefined` where it does not end the frame */
const readOpen = (id: number, reader: Reader, inPlace = false): Open | undefined => {
  let method = 0
  let payload = noBytes
  let more: true | undefined
  let credit: Allowance | undefined
  let timeoutMs: number | undefined
  let metadata: Record<string, string> | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 8) method = reader.uint32()
    else if (tag === 42) {
      if (!inPlace) payload = reader.bytes() as Uint8Array<ArrayBuffer>
      else if (reader.uint32() === reader.len - reader.pos) break
      else return undefined
    } else if (tag === 48) more = reader.bool() || undefined
    else if (tag === 18) credit = within(reader, readAllowance)
    else if (tag === 24) timeoutMs = reader.uint32()
    else if (tag === 34) {
      const [name, text] = within(reader, readEntry)
      // a table without prototype: `__proto__` is a name like any other
      metadata ??= Object.create(null) as Record<string, string>
      metadata[name] = text
    } else reader.skipType(tag & 7)
  }
  const open: Open = { _tag: 'Open', id, method, payload, credit, timeoutMs, metadata }
  return more === undefined ? open : { ...open, more }
}

/**
 * Reads a frame that opens a call, where it is as this library writes it: ended by the request.
 *
 * Measured: a view of the request, and a reader of that, cost a serving end a tenth of what a call costs it.
 *
 * @returns the frame without its payload, with the reader at that; `undefined` for any other frame, with the reader where it was
 */
export const readOpenHead = (reader: Reader): Open | undefined => {
  const { pos, len } = reader
  try {
    const id = reader.uint32() === callTags.id ? readSafeInteger(reader, '') : 0
    if (id !== 0 && reader.uint32() === callTags.open && reader.uint32() === len - reader.pos) {
      const open = readOpen(id, reader, true)
      if (open !== undefined) return open
    }
  } catch {
    // what is wrong is for whoever reads it as any frame to say
  }
  reader.pos = pos
  reader.len = len
  return undefined
}

const codeNames = new Map<number, FailCode>(
  Object.entries(failCodes).map(([name, code]) => [code, name as FailCode] as const),
)

const readFail = (id: number, reader: Reader): CallFrame => {
  // a code that is newer than this end is a defect to it
  let code: FailCode = 'DEFECT'
  let message = ''
  let name: string | undefined
  let stack: string | undefined
  let failure: Uint8Array | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 8) code = codeNames.get(reader.uint32()) ?? 'DEFECT'
    else if (tag === 18) message = reader.string()
    else if (tag === 26) name = reader.string()
    else if (tag === 34) stack = reader.string()
    else if (tag === 42) failure = reader.bytes()
    else reader.skipType(tag & 7)
  }
  return {
    _tag: 'Fail',
    id,
    code,
    message,
    ...(name === undefined ? {} : { name }),
    ...(stack === undefined ? {} : { stack }),
    ...(failure === undefined ? {} : { failure }),
  }
}

/**
 * Reads what stands behind `tag` as a frame of call `id`.
 *
 * @returns `undefined` when the tag is none of a call frame's; the reader has not moved then
 */
export const readCallFrame = (tag: number, id: number, reader: Reader): Frame | undefined => {
  switch (tag) {
    case callTags.next:
      return { _tag: 'Next', id, payload: reader.bytes() }
    case callTags.reply:
      return { _tag: 'Reply', id, payload: reader.bytes() }
    case callTags.open:
      return within(reader, open => readOpen(id, open))
    case callTags.credit: {
      const { items, bytes } = within(reader, readAllowance)
      return { _tag: 'Credit', id, items, bytes }
    }
    case callTags.complete:
      reader.skipType(2)
      return { _tag: 'Complete', id }
    case callTags.cancel:
      reader.skipType(2)
      return { _tag: 'Cancel', id }
    case callTags.fail:
      return within(reader, fail => readFail(id, fail))
    case callTags.fragment:
      return { _tag: 'Fragment', id, payload: reader.bytes() }
    default:
      return undefined
  }
}

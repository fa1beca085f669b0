import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { readSafeInteger, within } from './call-frame-codec.js'
import { eachField, readHello, writeHello } from './hello-codec.js'
import type { Frame, Goodbye, GoodbyeReason, MethodVerdict, Proof, SessionFrame, VerdictKind } from './frame.js'

/** Field numbers of `Frame` for session frames, as tags: number << 3 | wire type 2. */
const sessionTags: Readonly<Record<SessionFrame['_tag'], number>> = {
  Hello: 130,
  Proof: 138,
  Descriptors: 146,
  Verdicts: 154,
  Ping: 162,
  Pong: 170,
  Ack: 178,
  Goodbye: 186,
}

const verdictKinds: readonly VerdictKind[] = ['Unverified', 'Identical', 'Compatible', 'Mismatched', 'Disabled']
const goodbyeReasons: readonly GoodbyeReason[] = ['DONE', 'REFUSED', 'VIOLATION', 'SCHEMA', 'LATE']

const writeVerdict = (verdict: MethodVerdict, writer: Writer): void => {
  writer.fork().uint32(10).string(verdict.contract).uint32(18).string(verdict.method)
  writer.uint32(24).uint32(verdictKinds.indexOf(verdict.kind))
  for (const { path, ours, theirs, why } of verdict.differences)
    writer
      .uint32(34)
      .fork()
      .uint32(10)
      .string(path)
      .uint32(18)
      .string(ours)
      .uint32(26)
      .string(theirs)
      .uint32(34)
      .string(why)
      .ldelim()
  for (const note of verdict.notes) writer.uint32(42).string(note)
  if (verdict.serving) writer.uint32(48).bool(true)
  writer.ldelim()
}

const writeBody = (frame: SessionFrame, writer: Writer): void => {
  switch (frame._tag) {
    case 'Hello':
      return writeHello(frame, writer)
    case 'Proof':
      writer.uint32(10).bytes(frame.mac)
      if (frame.resume !== undefined) {
        const { mac, position, lacksVerdicts } = frame.resume
        writer.uint32(18).bytes(mac).uint32(24).uint64(position)
        if (lacksVerdicts) writer.uint32(32).bool(true)
      }
      return
    case 'Descriptors':
      for (const { contract, fileDescriptorSet } of frame.contracts)
        writer.uint32(10).fork().uint32(10).string(contract).uint32(18).bytes(fileDescriptorSet).ldelim()
      return
    case 'Verdicts':
      for (const verdict of frame.methods) writeVerdict(verdict, writer.uint32(10))
      return
    case 'Ping':
    case 'Pong':
      if (frame.token !== 0) writer.uint32(8).uint32(frame.token)
      return
    case 'Ack':
      if (frame.position !== 0) writer.uint32(8).uint64(frame.position)
      return
    case 'Goodbye':
      if (frame.reason !== 'DONE') writer.uint32(8).uint32(goodbyeReasons.indexOf(frame.reason))
      if (frame.message !== '') writer.uint32(18).string(frame.message)
      return
    default:
      frame satisfies never
  }
}

/** Writes a session frame with its length in front. */
export const writeSessionFrame = (frame: SessionFrame, writer: Writer): void => {
  writer.fork().uint32(sessionTags[frame._tag]).fork()
  writeBody(frame, writer)
  writer.ldelim().ldelim()
}

const readDescribed = (reader: Reader) => {
  let contract = ''
  let fileDescriptorSet: Uint8Array = new Uint8Array(0)
  eachField(reader, tag => {
    if (tag === 10) contract = reader.string()
    else if (tag === 18) fileDescriptorSet = reader.bytes()
    else return false
    return true
  })
  return { contract, fileDescriptorSet }
}

const readDifference = (reader: Reader) => {
  const difference = { path: '', ours: '', theirs: '', why: '' }
  eachField(reader, tag => {
    if (tag === 10) difference.path = reader.string()
    else if (tag === 18) difference.ours = reader.string()
    else if (tag === 26) difference.theirs = reader.string()
    else if (tag === 34) difference.why = reader.string()
    else return false
    return true
  })
  return difference
}

const readVerdict = (reader: Reader): MethodVerdict => {
  let contract = ''
  let method = ''
  let kind: VerdictKind = 'Unverified'
  let serving = false
  const differences: ReturnType<typeof readDifference>[] = []
  const notes: string[] = []
  eachField(reader, tag => {
    if (tag === 10) contract = reader.string()
    else if (tag === 18) method = reader.string()
    else if (tag === 24) kind = verdictKinds[reader.uint32()] ?? 'Unverified'
    else if (tag === 34) differences.push(within(reader, readDifference))
    else if (tag === 42) notes.push(reader.string())
    else if (tag === 48) serving = reader.bool()
    else return false
    return true
  })
  return { contract, method, serving, kind, differences, notes }
}

const readGoodbye = (reader: Reader): Goodbye => {
  let reason: GoodbyeReason = 'DONE'
  let message = ''
  eachField(reader, tag => {
    // a reason that is newer than this end is no orderly end
    if (tag === 8) reason = goodbyeReasons[reader.uint32()] ?? 'REFUSED'
    else if (tag === 18) message = reader.string()
    else return false
    return true
  })
  return { _tag: 'Goodbye', reason, message }
}

/** Reads a message whose one field, number 1, is a number; 0 when absent. */
const readNumber = (reader: Reader): number => {
  let value = 0
  eachField(reader, tag => {
    if (tag !== 8) return false
    value = readSafeInteger(reader, 'a number')
    return true
  })
  return value
}

const readRepeated =
  <A>(read: (reader: Reader) => A) =>
  (reader: Reader): A[] => {
    const all: A[] = []
    eachField(reader, tag => {
      if (tag !== 10) return false
      all.push(within(reader, read))
      return true
    })
    return all
  }

const readProof = (reader: Reader): Proof => {
  let mac: Uint8Array = new Uint8Array(0)
  let resumeMac: Uint8Array | undefined
  let position = 0
  let lacksVerdicts = false
  eachField(reader, tag => {
    if (tag === 10) mac = reader.bytes()
    else if (tag === 18) resumeMac = reader.bytes()
    else if (tag === 24) position = readSafeInteger(reader, 'a position')
    else if (tag === 32) lacksVerdicts = reader.bool()
    else return false
    return true
  })
  const resume = resumeMac === undefined ? undefined : { mac: resumeMac, position, lacksVerdicts }
  return { _tag: 'Proof', mac, resume }
}

/**
 * Reads what stands behind `tag` as a frame of the session.
 *
 * @returns `undefined` when the tag is none of a session frame's; the reader has not moved then
 */
export const readSessionFrame = (tag: number, reader: Reader): Frame | undefined => {
  switch (tag) {
    case sessionTags.Hello:
      return within(reader, readHello)
    case sessionTags.Proof:
      return within(reader, readProof)
    case sessionTags.Descriptors:
      return { _tag: 'Descriptors', contracts: within(reader, readRepeated(readDescribed)) }
    case sessionTags.Verdicts:
      return { _tag: 'Verdicts', methods: within(reader, readRepeated(readVerdict)) }
    case sessionTags.Ping:
      return { _tag: 'Ping', token: within(reader, readNumber) }
    case sessionTags.Pong:
      return { _tag: 'Pong', token: within(reader, readNumber) }
    case sessionTags.Ack:
      return { _tag: 'Ack', position: within(reader, readNumber) }
    case sessionTags.Goodbye:
      return within(reader, readGoodbye)
    default:
      return undefined
  }
}

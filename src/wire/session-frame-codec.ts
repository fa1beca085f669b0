import protobuf from 'protobufjs/minimal.js'
import type { Reader, Writer } from 'protobufjs/minimal.js'
import { readSafeInteger, within } from './call-frame-codec.js'
import type {
  Frame,
  Goodbye,
  GoodbyeReason,
  Hello,
  Limits,
  MethodVerdict,
  Offer,
  SessionFrame,
  Validation,
  VerdictKind,
} from './frame.js'

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

const validations: readonly Validation[] = ['report', 'require', 'off']
const verdictKinds: readonly VerdictKind[] = ['Unverified', 'Identical', 'Compatible', 'Mismatched', 'Disabled']
const goodbyeReasons: readonly GoodbyeReason[] = ['DONE', 'REFUSED', 'VIOLATION', 'SCHEMA']

/** What an end that says nothing about its limits takes in. */
export const defaultLimits: Limits = { frameBytes: 16 * 1024 * 1024, messageBytes: 64 * 1024 * 1024, calls: 1024 }

const writeOffer = (offer: Offer, writer: Writer): void => {
  writer.fork().uint32(10).string(offer.contract).uint32(18).bytes(offer.fingerprint)
  for (const method of offer.methods) writer.uint32(26).string(method)
  writer.ldelim()
}

const writeHello = (hello: Hello, writer: Writer): void => {
  for (const version of hello.versions) writer.uint32(8).uint32(version)
  writer.uint32(18).bytes(hello.nonce)
  if (hello.proof) writer.uint32(24).bool(true)
  const { frameBytes, messageBytes, calls } = hello.limits
  writer.uint32(34).fork().uint32(8).uint32(frameBytes).uint32(16).uint32(messageBytes).uint32(24).uint32(calls)
  writer.ldelim()
  if (hello.validation !== 'report') writer.uint32(40).uint32(validations.indexOf(hello.validation))
  for (const offer of hello.serves) writeOffer(offer, writer.uint32(50))
  for (const offer of hello.uses) writeOffer(offer, writer.uint32(58))
  if (hello.heartbeatMs > 0) writer.uint32(64).uint32(hello.heartbeatMs)
  for (const name of hello.capabilities) writer.uint32(74).string(name)
}

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

/** Calls `field` for every tag up to the reader's limit; a field it does not take is skipped. */
const eachField = (reader: Reader, field: (tag: number) => boolean): void => {
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (!field(tag)) reader.skipType(tag & 7)
  }
}

const readOffer = (reader: Reader): Offer => {
  let contract = ''
  let fingerprint: Uint8Array = new Uint8Array(0)
  const methods: string[] = []
  eachField(reader, tag => {
    if (tag === 10) contract = reader.string()
    else if (tag === 18) fingerprint = reader.bytes()
    else if (tag === 26) methods.push(reader.string())
    else return false
    return true
  })
  return { contract, fingerprint, methods }
}

const readLimits = (reader: Reader): Limits => {
  const limits = { ...defaultLimits }
  eachField(reader, tag => {
    if (tag === 8) limits.frameBytes = reader.uint32()
    else if (tag === 16) limits.messageBytes = reader.uint32()
    else if (tag === 24) limits.calls = reader.uint32()
    else return false
    return true
  })
  return limits
}

/** The bytes of the hellos that were read, for the proof: an end that is newer may have said more than we understand. */
const asRead = new WeakMap<Hello, Uint8Array>()

/** A `Hello` message as it is, or was, sent: without tag and length. */
export const helloBytes = (hello: Hello): Uint8Array => {
  const read = asRead.get(hello)
  if (read !== undefined) return read
  const writer = protobuf.Writer.create()
  writeHello(hello, writer)
  return writer.finish()
}

const readHello = (reader: Reader): Hello => {
  // a copy, also of a Buffer, whose slice is none
  const bytes = new Uint8Array(reader.buf.subarray(reader.pos, reader.len))
  const versions: number[] = []
  const serves: Offer[] = []
  const uses: Offer[] = []
  const capabilities: string[] = []
  let nonce: Uint8Array = new Uint8Array(0)
  let proof = false
  let limits = defaultLimits
  let validation: Validation = 'report'
  let heartbeatMs = 0
  eachField(reader, tag => {
    if (tag === 8) versions.push(reader.uint32())
    // packed, as other writers have it
    else if (tag === 10) reader.uint32s(versions)
    else if (tag === 18) nonce = reader.bytes()
    else if (tag === 24) proof = reader.bool()
    else if (tag === 34) limits = within(reader, readLimits)
    else if (tag === 40) validation = validations[reader.uint32()] ?? 'report'
    else if (tag === 50) serves.push(within(reader, readOffer))
    else if (tag === 58) uses.push(within(reader, readOffer))
    else if (tag === 64) heartbeatMs = reader.uint32()
    else if (tag === 74) capabilities.push(reader.string())
    else return false
    return true
  })
  const hello: Hello = {
    _tag: 'Hello',
    versions,
    nonce,
    proof,
    limits,
    validation,
    serves,
    uses,
    heartbeatMs,
    capabilities,
  }
  asRead.set(hello, bytes)
  return hello
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

const readMac = (reader: Reader): Uint8Array => {
  let mac: Uint8Array = new Uint8Array(0)
  eachField(reader, tag => {
    if (tag !== 10) return false
    mac = reader.bytes()
    return true
  })
  return mac
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
      return { _tag: 'Proof', mac: within(reader, readMac) }
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

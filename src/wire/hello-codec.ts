import type { Reader } from '../protobuf/reader.js'
import { Writer } from '../protobuf/writer.js'
import { readSafeInteger, within } from './call-frame-codec.js'
import type { Hello, Limits, Offer, ResumeAsked, Validation } from './frame.js'

const validations: readonly Validation[] = ['report', 'require', 'off']

/** What an end that says nothing about its limits takes in. */
export const defaultLimits: Limits = { frameBytes: 16 * 1024 * 1024, messageBytes: 64 * 1024 * 1024, calls: 1024 }

const writeOffer = (offer: Offer, writer: Writer): void => {
  writer.fork().uint32(10).string(offer.contract).uint32(18).bytes(offer.fingerprint)
  for (const method of offer.methods) writer.uint32(26).string(method)
  writer.ldelim()
}

/** Writes a `Hello` message, without tag and length. */
export const writeHello = (hello: Hello, writer: Writer): void => {
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
  if (hello.resumeMs > 0) writer.uint32(80).uint32(hello.resumeMs)
  if (hello.resume !== undefined) {
    const { session, epoch, position, lacksVerdicts } = hello.resume
    writer.uint32(90).fork().uint32(10).bytes(session).uint32(16).uint32(epoch).uint32(24).uint64(position)
    if (lacksVerdicts) writer.uint32(32).bool(true)
    writer.ldelim()
  }
}

/** Calls `field` for every tag up to the reader's limit; a field it does not take is skipped. */
export const eachField = (reader: Reader, field: (tag: number) => boolean): void => {
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
  const writer = Writer.create()
  writeHello(hello, writer)
  return writer.finish()
}

const readResume = (reader: Reader): ResumeAsked => {
  let session: Uint8Array = new Uint8Array(0)
  let epoch = 0
  let position = 0
  let lacksVerdicts = false
  eachField(reader, tag => {
    if (tag === 10) session = reader.bytes().slice()
    else if (tag === 16) epoch = reader.uint32()
    else if (tag === 24) position = readSafeInteger(reader, 'a position')
    else if (tag === 32) lacksVerdicts = reader.bool()
    else return false
    return true
  })
  return { session, epoch, position, lacksVerdicts }
}

/** Reads a `Hello` message up to the reader's limit, and remembers its bytes for {@link helloBytes}. */
export const readHello = (reader: Reader): Hello => {
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
  let resumeMs = 0
  let resume: ResumeAsked | undefined
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
    else if (tag === 80) resumeMs = reader.uint32()
    else if (tag === 90) resume = within(reader, readResume)
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
    resumeMs,
    resume,
  }
  asRead.set(hello, bytes)
  return hello
}

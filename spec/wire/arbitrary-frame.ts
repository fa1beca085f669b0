import fc from 'fast-check'
import { Writer } from '../../src/protobuf/writer.js'
import { writeFrame } from '../../src/wire/frame-codec.js'
import { FrameReader } from '../../src/wire/frame-reader.js'
import { failCodes, type FailCode, type Frame } from '../../src/wire/frame.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }), fc.constant(0xffff_ffff))

/** Whole numbers up to 2^53 - 1, most of them where a varint grows by a byte. */
const safeInteger = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -2, max: 1 }))
    .map(([power, more]) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, 2 ** power + more))),
)

/** Any call id. */
export const callId = safeInteger.map(id => Math.max(1, id))

const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 300 }))
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('__proto__', 'constructor', '\ufeffmark'),
)
const credit = fc.nat(0x7fff_ffff)
const allowance = fc.record({ items: credit, bytes: credit })
const metadata = fc
  .array(fc.tuple(text, text), { maxLength: 4 })
  .filter(entries => entries.length > 0)
  .map(entries => {
    const table = Object.create(null) as Record<string, string>
    for (const [name, value] of entries) table[name] = value
    return table
  })
const offer = fc.record({ contract: text, fingerprint: bytes, methods: fc.array(text, { maxLength: 4 }) })
const offers = fc.array(offer, { maxLength: 3 })

const tagged = <T extends Frame['_tag']>(
  tag: T,
  fields: { [K in Exclude<keyof Extract<Frame, { _tag: T }>, '_tag'>]-?: fc.Arbitrary<Extract<Frame, { _tag: T }>[K]> },
  required?: readonly string[],
): fc.Arbitrary<Extract<Frame, { _tag: T }>> =>
  fc
    .record(
      fields as Record<string, fc.Arbitrary<unknown>>,
      required === undefined ? {} : { requiredKeys: [...required] },
    )
    .map(made => ({ _tag: tag, ...(made as object) }) as Extract<Frame, { _tag: T }>)

/** An arbitrary for each kind of frame: a kind that is added to the union has to be added here. */
export const kinds: { readonly [T in Frame['_tag']]: fc.Arbitrary<Extract<Frame, { readonly _tag: T }>> } = {
  Open: tagged(
    'Open',
    {
      id: callId,
      method: uint32,
      payload: bytes,
      more: fc.constant(true as const),
      credit: fc.option(allowance, { nil: undefined }),
      timeoutMs: fc.option(uint32, { nil: undefined }),
      metadata: fc.option(metadata, { nil: undefined }),
    },
    ['id', 'method', 'payload', 'credit', 'timeoutMs', 'metadata'],
  ),
  Next: tagged('Next', { id: callId, payload: bytes }),
  Reply: tagged('Reply', { id: callId, payload: bytes }),
  Fragment: tagged('Fragment', { id: callId, payload: bytes }),
  Complete: tagged('Complete', { id: callId }),
  Cancel: tagged('Cancel', { id: callId }),
  Credit: tagged('Credit', { id: callId, items: credit, bytes: credit }),
  Fail: tagged(
    'Fail',
    {
      id: callId,
      code: fc.constantFrom(...(Object.keys(failCodes) as FailCode[])),
      message: text,
      name: text,
      stack: text,
      failure: bytes,
    },
    ['id', 'code', 'message'],
  ),
  Hello: tagged('Hello', {
    versions: fc.array(uint32, { maxLength: 3 }),
    nonce: bytes,
    proof: fc.boolean(),
    limits: fc.record({ frameBytes: uint32, messageBytes: uint32, calls: uint32 }),
    validation: fc.constantFrom('report', 'require', 'off'),
    serves: offers,
    uses: offers,
    heartbeatMs: uint32,
    capabilities: fc.array(text, { maxLength: 3 }),
    resumeMs: uint32,
    resume: fc.option(
      fc.record({ session: bytes, epoch: uint32, position: safeInteger, lacksVerdicts: fc.boolean() }),
      { nil: undefined },
    ),
  }),
  Proof: tagged('Proof', {
    mac: bytes,
    resume: fc.option(fc.record({ mac: bytes, position: safeInteger, lacksVerdicts: fc.boolean() }), {
      nil: undefined,
    }),
  }),
  Descriptors: tagged('Descriptors', {
    contracts: fc.array(fc.record({ contract: text, fileDescriptorSet: bytes }), { maxLength: 3 }),
  }),
  Verdicts: tagged('Verdicts', {
    methods: fc.array(
      fc.record({
        contract: text,
        method: text,
        serving: fc.boolean(),
        kind: fc.constantFrom('Unverified', 'Identical', 'Compatible', 'Mismatched', 'Disabled'),
        differences: fc.array(fc.record({ path: text, ours: text, theirs: text, why: text }), { maxLength: 2 }),
        notes: fc.array(text, { maxLength: 2 }),
      }),
      { maxLength: 3 },
    ),
  }),
  Ping: tagged('Ping', { token: uint32 }),
  Pong: tagged('Pong', { token: uint32 }),
  Ack: tagged('Ack', { position: safeInteger }),
  Goodbye: tagged('Goodbye', { reason: fc.constantFrom('DONE', 'REFUSED', 'VIOLATION', 'SCHEMA'), message: text }),
}

/** Any frame. */
export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(...Object.values(kinds as Record<string, fc.Arbitrary<Frame>>))

/** Frames with their lengths in front, as they go over a byte pipe. */
export const written = (...frames: readonly Frame[]): Uint8Array => {
  const writer = Writer.create()
  for (const frame of frames) writeFrame(frame, writer)
  return Uint8Array.from(writer.finish())
}

/** The frames in some chunks of bytes. */
export const readIn = (chunks: Iterable<Uint8Array>, limit = defaultLimits.frameBytes): Frame[] => {
  const frames: Frame[] = []
  const reader = new FrameReader(limit, frame => frames.push(frame))
  for (const chunk of chunks) reader.push(chunk)
  return frames
}

/** Puts a length in front, as a varint. */
export const withLength = (body: Uint8Array): Uint8Array => Uint8Array.from(Writer.create().bytes(body).finish())

/** A frame as data alone: bytes as arrays whatever they are a view of, tables as entries, no keys without a value. */
export const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => [name, plain(field)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

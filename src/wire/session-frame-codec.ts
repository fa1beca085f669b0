import { bytes, choice, converted, field, flag, list, message, text, type Kind } from '../protobuf/message.js'
import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { within } from './call-frame-codec.js'
import type { Ack, Descriptors, Goodbye, MethodVerdict, Ping, Proof, SessionFrame, Verdicts } from './frame.js'
import { helloKind, noBytes, position } from './hello-codec.js'

type Fields<F> = Omit<F, '_tag'>

interface ProofFields {
  readonly mac: Uint8Array
  readonly resumeMac: Uint8Array | undefined
  readonly position: number
  readonly lacksVerdicts: boolean
}

const proof = converted(
  message<ProofFields>({
    mac: field(1, bytes, noBytes),
    resumeMac: field(2, bytes, undefined),
    position: field(3, position, 0),
    lacksVerdicts: field(4, flag, false),
  }),
  ({ mac, resume }: Fields<Proof>): ProofFields => ({
    mac,
    resumeMac: resume?.mac,
    position: resume?.position ?? 0,
    lacksVerdicts: resume?.lacksVerdicts ?? false,
  }),
  ({ mac, resumeMac, ...rest }) => ({ mac, resume: resumeMac === undefined ? undefined : { mac: resumeMac, ...rest } }),
)

const described = message<Descriptors['contracts'][number]>({
  contract: field(1, text, ''),
  fileDescriptorSet: field(2, bytes, noBytes),
})

const difference = message<MethodVerdict['differences'][number]>({
  path: field(1, text, ''),
  ours: field(2, text, ''),
  theirs: field(3, text, ''),
  why: field(4, text, ''),
})

const verdict = message<MethodVerdict>({
  contract: field(1, text, ''),
  method: field(2, text, ''),
  kind: field(
    3,
    choice(['Unverified', 'Identical', 'Compatible', 'Mismatched', 'Disabled'], 'Unverified'),
    'Unverified',
  ),
  differences: list(4, difference),
  notes: list(5, text),
  serving: field(6, flag, false),
})

const ping = message<Fields<Ping>>({ token: field(1, position, 0) })

const goodbye = message<Fields<Goodbye>>({
  // a reason that is newer than this end is no orderly end
  reason: field(1, choice(['DONE', 'REFUSED', 'VIOLATION', 'SCHEMA', 'LATE'], 'REFUSED'), 'DONE'),
  message: field(2, text, ''),
})

interface InFrame {
  /** of the field of `Frame` that holds it */
  readonly number: number
  readonly kind: Kind<object>
}

const inFrame = <F extends object>(number: number, kind: Kind<F>): InFrame => ({
  number,
  kind: kind as unknown as Kind<object>,
})

const frames: Readonly<Record<SessionFrame['_tag'], InFrame>> = {
  Hello: inFrame(16, helloKind),
  Proof: inFrame(17, proof),
  Descriptors: inFrame(18, message<Fields<Descriptors>>({ contracts: list(1, described) })),
  Verdicts: inFrame(19, message<Fields<Verdicts>>({ methods: list(1, verdict) })),
  Ping: inFrame(20, ping),
  Pong: inFrame(21, ping),
  Ack: inFrame(22, message<Fields<Ack>>({ position: field(1, position, 0) })),
  Goodbye: inFrame(23, goodbye),
}

const tagOf = (number: number): number => (number << 3) | 2

/** Writes a session frame with its length in front. */
export const writeSessionFrame = (frame: SessionFrame, writer: Writer): void => {
  const { number, kind } = frames[frame._tag]
  kind.write(writer.fork().uint32(tagOf(number)), frame)
  writer.ldelim()
}

const byTag = new Map(Object.entries(frames).map(([_tag, { number, kind }]) => [tagOf(number), { _tag, kind }]))

/**
 * Reads what stands behind `tag` as a frame of the session.
 *
 * @returns `undefined` when the tag is none of a session frame's; the reader has not moved then
 */
export const readSessionFrame = (tag: number, reader: Reader): SessionFrame | undefined => {
  const found = byTag.get(tag)
  if (found === undefined) return undefined
  const { _tag, kind } = found
  const read = kind.read(reader, within)
  // a Hello is known by its identity
  return (_tag === 'Hello' ? read : { _tag, ...read }) as SessionFrame
}

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import type { Frame } from '../../src/wire/frame.js'
import { kinds, plain, readIn, withLength, written } from '../wire/arbitrary-frame.js'

/** Another reader and writer of the same definition: protobufjs's reflection, which shares no code with `src/wire`. */
const definition = protobuf
  .parse(readFileSync(new URL('../../proto/sluice/v1/wire.proto', import.meta.url), 'utf8'))
  .root.lookupType('sluice.v1.Frame')

type Fields = Readonly<Record<string, unknown>>

const kindOf = (tag: Frame['_tag']): string => tag.charAt(0).toLowerCase() + tag.slice(1)
const upper = (name: string): string => name.toUpperCase()

/** What proto3 writers leave out: a field without presence that has its default. */
const sparse = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        value !== 0 &&
        value !== '' &&
        value !== false &&
        !(value instanceof Uint8Array && value.length === 0) &&
        !(Array.isArray(value) && value.length === 0),
    ),
  )

/** A frame as the definition has it. */
const asDefined = (frame: Frame): Fields => {
  const { _tag: tag, ...rest } = frame
  const { id, ...fields } = rest as Fields & { readonly id?: number }
  return { ...(id === undefined ? {} : { call: id }), [kindOf(tag)]: bodyOf(frame, fields) }
}

const bodyOf = (frame: Frame, fields: Fields): unknown => {
  switch (frame._tag) {
    case 'Next':
    case 'Reply':
    case 'Fragment':
      return frame.payload
    case 'Open': {
      const { credit, timeoutMs, metadata, ...others } = frame
      return {
        ...sparse({ method: others.method, payload: others.payload, more: others.more }),
        ...(credit === undefined ? {} : { credit: sparse({ ...credit }) }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(metadata === undefined ? {} : { metadata }),
      }
    }
    case 'Fail': {
      const { code, message, name, stack, failure } = frame
      return {
        ...sparse({ code, message }),
        ...(name === undefined ? {} : { name }),
        ...(stack === undefined ? {} : { stack }),
        ...(failure === undefined ? {} : { failure }),
      }
    }
    case 'Hello':
      return {
        ...sparse({ ...fields, validation: frame.validation === 'report' ? '' : upper(frame.validation) }),
        limits: frame.limits,
        ...(frame.resume === undefined ? {} : { resume: sparse({ ...frame.resume }) }),
        serves: frame.serves.map(offer => sparse({ ...offer })),
        uses: frame.uses.map(offer => sparse({ ...offer })),
      }
    case 'Proof': {
      const { mac, resume } = frame
      return {
        ...sparse({ mac, position: resume?.position ?? 0, lacksVerdicts: resume?.lacksVerdicts }),
        ...(resume === undefined ? {} : { resumeMac: resume.mac }),
      }
    }
    case 'Descriptors':
      return { contracts: frame.contracts.map(contract => sparse({ ...contract })) }
    case 'Verdicts':
      return {
        methods: frame.methods.map(({ differences, kind, ...others }) => ({
          ...sparse({ ...others, kind: kind === 'Unverified' ? '' : upper(kind) }),
          differences: differences.map(difference => sparse({ ...difference })),
        })),
      }
    case 'Goodbye':
      return sparse({ reason: frame.reason === 'DONE' ? '' : frame.reason, message: frame.message })
    default:
      return sparse(fields)
  }
}

/** One form for both ends of a comparison: every field there, numbers as numbers, enums by name. */
const form = (message: protobuf.Message): unknown =>
  plain(definition.toObject(message, { defaults: true, longs: Number, enums: String }))

const theirs = (frame: Frame): Uint8Array =>
  withLength(definition.encode(definition.fromObject(asDefined(frame))).finish())

for (const [kind, frames] of Object.entries(kinds) as [string, fc.Arbitrary<Frame>][]) {
  test(`${kind}: another implementation reads what we write`, t => {
    t.notThrows(() => {
      fc.assert(
        fc.property(frames, frame => {
          const read = definition.decodeDelimited(written(frame))
          assert.deepEqual(form(read), form(definition.fromObject(asDefined(frame))))
          assert.equal((read as unknown as { readonly kind: unknown }).kind, kindOf(frame._tag))
        }),
        { numRuns: 60 },
      )
    })
  })

  test(`${kind}: we read what another implementation writes`, t => {
    t.notThrows(() => {
      fc.assert(
        fc.property(frames, frame => {
          assert.deepEqual(readIn([theirs(frame)]).map(plain), [plain(frame)])
        }),
        { numRuns: 60 },
      )
    })
  })
}

test('the definition names each kind of frame that there is', t => {
  const named = definition.oneofs.kind?.fieldsArray.map(field => field.name) ?? []
  t.deepEqual(named.toSorted(), (Object.keys(kinds) as Frame['_tag'][]).map(kindOf).toSorted())
})

test('metadata of another implementation may be called __proto__', t => {
  const entry = protobuf.Writer.create().uint32(10).string('__proto__').uint32(18).string('x').finish()
  const open = protobuf.Writer.create().uint32(34).bytes(entry).finish()
  const frame = protobuf.Writer.create().uint32(8).uint32(1).uint32(18).bytes(open).finish()
  t.deepEqual(
    readIn([withLength(frame)]).flatMap(read => ('metadata' in read ? Object.entries(read.metadata ?? {}) : [])),
    [['__proto__', 'x']],
  )
})

import test from 'ava'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'

/**
 * What this reader and writer make of bytes is what protobufjs's make of them, which share no code with these.
 */
const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }))
const int32 = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer())
const whole = fc.oneof(fc.nat(300), fc.maxSafeNat())
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom(
    '',
    'ä'.repeat(100),
    'a'.repeat(127),
    'ä'.repeat(64),
    '€'.repeat(43),
    '𝄞'.repeat(9_000),
    'x'.repeat(70_000),
  ),
)

interface Step {
  readonly kind: Kind
  readonly value: unknown
}

type Kind =
  'uint32' | 'int32' | 'sint32' | 'fixed32' | 'sfixed32' | 'uint64' | 'float' | 'double' | 'bool' | 'bytes' | 'string'

const step = (kind: Kind, value: fc.Arbitrary<unknown>): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant(kind), value })

const steps = fc.array(
  fc.oneof(
    step('uint32', uint32),
    step('int32', int32),
    step('sint32', int32),
    step('fixed32', uint32),
    step('sfixed32', int32),
    step('uint64', whole),
    step('float', fc.float()),
    step('double', fc.double()),
    step('bool', fc.boolean()),
    step('bytes', fc.uint8Array({ maxLength: 300 })),
    step('string', text),
  ),
  { maxLength: 20 },
)

interface Writing {
  fork(): unknown
  ldelim(): unknown
  finish(): Uint8Array
}

/** Each value by itself, and all of them once more in a message in a message. */
const write = (writer: Writing, values: readonly Step[]): Uint8Array => {
  const each = writer as unknown as Record<string, (value: unknown) => unknown>
  const all = (): void => values.forEach(({ kind, value }) => each[kind]?.(value))
  all()
  writer.fork()
  writer.fork()
  all()
  writer.ldelim()
  writer.ldelim()
  return Uint8Array.from(writer.finish())
}

test('writes what protobufjs writes', t => {
  fc.assert(
    fc.property(steps, values => {
      t.deepEqual(write(Writer.create(), values), write(protobuf.Writer.create(), values))
    }),
  )
})

const forms = ['Buffer', 'Uint8Array'] as const

for (const form of forms)
  test(`reads from a ${form} what protobufjs wrote`, t => {
    fc.assert(
      fc.property(steps, values => {
        const bytes = write(protobuf.Writer.create(), values)
        const reader = Reader.create(form === 'Buffer' ? Buffer.from(bytes) : bytes)
        for (const { kind, value } of values) {
          if (kind === 'uint64') {
            t.is(reader.bool(), value !== 0) // 64 bits are read by who knows what they are
            continue
          }
          const read = reader[kind]()
          t.deepEqual(read instanceof Uint8Array ? Uint8Array.from(read) : read, value)
        }
      }),
    )
  })

const ways = ['uint32', 'int32', 'sint32', 'bool', 'fixed32', 'sfixed32', 'float', 'double', 'bytes', 'string'] as const

const outcome = (read: () => unknown): unknown => {
  try {
    const value = read()
    return value instanceof Uint8Array ? Array.from(value) : value
  } catch {
    return 'refused'
  }
}

test('makes of any bytes what protobufjs makes of them, or refuses them as it does', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 14 }), fc.constantFrom(...ways), (bytes, way) => {
      // protobufjs takes no length of 2^31 and more, and this one none that is past the end: both refuse
      const ours = Reader.create(bytes)
      const theirs = protobuf.Reader.create(bytes)
      const [one, other] = [outcome(() => ours[way]()), outcome(() => theirs[way]())]
      if (way === 'uint32' || way === 'int32' || way === 'sint32') {
        // near the end of its bytes protobufjs refuses some varints that it takes elsewhere
        if (other === 'refused') return
      }
      t.deepEqual(one, other)
      if (one !== 'refused') t.is(ours.pos, theirs.pos)
    }),
    { numRuns: 5_000 },
  )
})

test('passes over any field that protobufjs passes over', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 14 }), fc.nat(7), fc.nat(3), (bytes, wire, field) => {
      const ours = Reader.create(bytes)
      const theirs = protobuf.Reader.create(bytes)
      const taken = outcome(() => theirs.skipType(wire, 0, field) && 'passed')
      if (taken === 'refused') return
      ours.skipType(wire, 0, field)
      t.is(ours.pos, theirs.pos)
    }),
    { numRuns: 5_000 },
  )
})

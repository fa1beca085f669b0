import test from 'ava'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { codegenAllowed } from '../../src/schema/source.js'
import { compileContract } from '../../src/contract/compile-contract.js'
import { contract } from '../../src/contract/contract.js'
import { matchContract } from '../../src/contract/match-contract.js'
import { request } from '../../src/contract/method.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { fallback } from '../../src/schema/field-options.js'
import { writeDescriptorSet } from '../../src/schema/descriptor-bytes.js'
import {
  noWords,
  type FieldDescriptor,
  type FileDescriptor,
  type MessageDescriptor,
} from '../../src/schema/descriptor.js'

interface Nest {
  readonly in: Nest | null
}
const Nest: io.Type<Nest> = io.recursion('Nest', () => io.type({ in: io.union([Nest, io.null]) }))

for (const codegen of codegenAllowed() ? [true, false] : [false]) {
  const how = codegen ? 'generated code' : 'closures'
  const coder = (codec: io.Any) => new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
  const decode = (codec: io.Any, bytes: Uint8Array): unknown => coder(codec).decode(Reader.create(bytes))
  const encode = (codec: io.Any, value: unknown): Uint8Array => {
    const writer = Writer.create()
    coder(codec).encode(value, writer)
    return writer.finish()
  }

  test(`${how}: a message that nests 100,000 deep is refused, on the way in and on the way out`, t => {
    let bytes = new Uint8Array(0)
    for (let i = 0; i < 2_000; i += 1) {
      const writer = Writer.create()
      writer.uint32(10).bytes(bytes)
      bytes = Uint8Array.from(writer.finish())
    }
    t.throws(() => decode(Nest, bytes), { message: /deeper than 100/ })
    let list = new Uint8Array(0)
    for (let i = 0; i < 2_000; i += 1) {
      const [inner, outer] = [Writer.create(), Writer.create()]
      inner.uint32(10).bytes(list)
      outer.uint32(66).bytes(inner.finish())
      list = Uint8Array.from(outer.finish())
    }
    t.throws(() => decode(io.unknown, Writer.create().uint32(10).bytes(list).finish()), {
      message: /deeper than 100/,
    })
    let value: Nest = { in: null }
    for (let i = 0; i < 100_000; i += 1) value = { in: value }
    t.throws(() => encode(Nest, value), { message: /deeper than 100/ })
    t.throws(() => encode(io.unknown, value), { message: /deeper than 100/ })
  })

  test(`${how}: a number that an enum does not name is its fallback, and refused where it has none`, t => {
    const Bread = io.keyof({ rye: null, wheat: null })
    const bytes = Uint8Array.of(8, 99)
    t.is(decode(fallback(Bread, 'wheat'), bytes), 'wheat')
    t.throws(() => decode(Bread, bytes), { message: /expected "rye" \| "wheat"/ })
  })

  test(`${how}: values up to the limit of nesting pass`, t => {
    let value: Nest = { in: null }
    for (let i = 0; i < 99; i += 1) value = { in: value }
    t.deepEqual(decode(Nest, encode(Nest, value)), value)
  })

  test(`${how}: a value that contains itself is refused`, t => {
    const loop: { in: unknown } = { in: null }
    loop.in = loop
    t.throws(() => encode(Nest, loop), { message: /deeper than 100/ })
    t.throws(() => encode(io.UnknownRecord, loop))
  })

  test(`${how}: a length past the end is refused before anything is made of it`, t => {
    for (const codec of [io.string, io.bigint, io.array(io.number), io.record(io.string, io.string), Nest])
      t.throws(() => decode(codec, new Uint8Array([10, 0xff, 0xff, 0xff, 0xff, 7, 1])), {
        instanceOf: Error,
        name: 'InvalidValue',
      })
  })

  test(`${how}: names of prototypes are data`, t => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const Dict = io.record(io.string, io.unknown)
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":null}') as unknown
    const back = decode(Dict, encode(Dict, value)) as Record<string, unknown>
    t.deepEqual(back, value)
    t.is(Object.getPrototypeOf(back), Object.prototype)
    t.true(Object.hasOwn(back, '__proto__'))
    t.is(({} as { polluted?: boolean }).polluted, undefined)
    t.deepEqual(Object.getOwnPropertyNames(Object.prototype), before)
  })

  test(`${how}: a property that every object inherits counts where it is the object's own`, t => {
    const Odd = io.type({ constructor: io.string, ['__proto__']: io.number })
    const value = JSON.parse('{"constructor":"x","__proto__":1}') as unknown
    t.deepEqual(decode(Odd, encode(Odd, value)), value)
    t.throws(() => encode(Odd, {}), { message: /constructor: missing/ })
    t.deepEqual(decode(io.partial({ toString: io.unknown }), encode(io.partial({ toString: io.unknown }), {})), {})
  })

  test(`${how}: at most twenty mismatches are listed, each with its path`, t => {
    const List = io.type({ list: io.array(io.number) })
    const error = t.throws(() => encode(List, { list: Array.from({ length: 100_000 }, () => 'x') })) as unknown as {
      errors: io.Errors
      message: string
    }
    t.is(error.errors.length, 20)
    t.regex(error.message, /list\.0: expected number, got "x"; list\.1/)
    t.regex(error.message, /and 15 more/)
  })

  test(`${how}: bytes that lack several properties are told of all of them`, t => {
    const Wide = io.type({
      a: io.string,
      b: io.type({ c: io.number }),
      d: io.brand(io.string, (s): s is never => s === 'd', 'D'),
    })
    const Loose = io.type({ e: io.string })
    const error = t.throws(() => decode(Wide, encode(Loose, { e: 'not an a' })), { name: 'InvalidValue' })
    t.regex(error?.message ?? '', /b: missing; d: missing/)
  })

  test(`${how}: a predicate that throws refuses the value`, t => {
    const Fussy = io.refinement(
      io.string,
      s => {
        if (s === 'boo') throw new Error('frightened')
        return true
      },
      'Fussy',
    )
    t.throws(() => encode(Fussy, 'boo'), { name: 'InvalidValue' })
  })
}

const A = io.type({ a: io.string })
const ours = compileContract(contract('spec.Hostile', { m: request(A, A) }))

const field = (name: string, number: number, more: Partial<FieldDescriptor> = {}): FieldDescriptor => ({
  name,
  number,
  repeated: false,
  type: 'string',
  typeName: '',
  oneof: -1,
  optional: false,
  words: { ...noWords, required: true },
  ...more,
})
const message = (
  name: string,
  fields: readonly FieldDescriptor[],
  more: Partial<MessageDescriptor> = {},
): MessageDescriptor => ({
  name,
  fields,
  nested: [],
  enums: [],
  oneofs: [],
  mapEntry: false,
  shape: 'record',
  ...more,
})
const set = (messages: readonly MessageDescriptor[], enums: FileDescriptor['enums'] = []): Uint8Array =>
  writeDescriptorSet([
    {
      name: 'spec/Hostile.proto',
      package: 'spec',
      dependencies: [],
      messages,
      enums,
      services: [
        {
          name: 'Hostile',
          methods: [
            {
              name: 'M',
              input: '.spec.A',
              output: '.spec.A',
              clientStreaming: false,
              serverStreaming: false,
              idempotent: false,
              key: 'm',
              kind: 'request',
              failure: '',
            },
          ],
        },
      ],
      syntax: 'proto3',
    },
  ])

const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['garbage', new Uint8Array([255, 255, 255, 255]), /malformed/],
  ['a length past its end', new Uint8Array([10, 100, 1]), /reaches past/],
  ['too many bytes', new Uint8Array(2_000_000), /past the limit of 1048576/],
  ['messages that are not there', set([]), /\.spec\.A is not defined/],
  ['a message twice', set([message('A', []), message('A', [])]), /defined twice/],
  ['a field number twice', set([message('A', [field('a', 1), field('b', 1)])]), /two fields with number 1/],
  ['a field number that cannot be', set([message('A', [field('a', 0)])]), /a field with number 0/],
  [
    'a property twice',
    set([message('A', [field('a', 1), field('b', 2, { words: { ...noWords, key: 'a' } })])]),
    /two properties a/,
  ],
  [
    'a reference into nothing',
    set([message('A', [field('a', 1, { type: 'message', typeName: '.no.where' })])]),
    /\.no\.where is not defined/,
  ],
  ['a wrapper that wraps nothing', set([message('A', [], { shape: 'value' })]), /says that it wraps a value/],
  [
    'an enum without values',
    set([message('A', [field('a', 1, { type: 'enum', typeName: '.spec.E' })])], [{ name: 'E', values: [] }]),
    /has no values/,
  ],
  [
    'a literal that is an object',
    set(
      [message('A', [field('a', 1, { type: 'enum', typeName: '.spec.E' })])],
      [{ name: 'E', values: [{ name: 'X', number: 0, literal: '{}' }] }],
    ),
    /a literal that is an object/,
  ],
  ['a name beyond all measure', set([message('A', [field('a'.repeat(5_000), 1)])]), /a name of 5000 bytes/],
  [
    'messages nested beyond all measure',
    set([
      Array.from({ length: 40 }).reduce<MessageDescriptor>(
        inner => message('A', [], { nested: [inner] }),
        message('A', []),
      ),
    ]),
    /nested deeper than 16/,
  ],
  [
    'more fields than anybody has',
    set([
      message(
        'A',
        Array.from({ length: 60_000 }, (_, i) => field(`f${i}`, i < 18_999 ? i + 1 : i + 2_000)),
      ),
    ]),
    /too many items|past the limit/,
  ],
]

for (const [what, bytes, why] of refusals)
  test(`a far end's descriptor with ${what} is refused`, t => {
    t.throws(() => matchContract(ours, bytes, 'caller'), { name: 'DescriptorError', message: why })
  })

test('a far end’s descriptor of one chain of 5,000 messages neither overflows the stack nor passes', t => {
  const chain = Array.from({ length: 5_000 }, (_, i) =>
    message(i === 0 ? 'A' : `M${i}`, [field('a', 1, { type: 'message', typeName: `.spec.M${(i + 1) % 5_000 || 1}` })]),
  )
  t.throws(() => matchContract(ours, set(chain), 'caller'), { name: 'DescriptorError', message: /too deeply/ })
})

test('a far end’s message that holds itself is compared in the end', t => {
  const loops = set([
    message('A', [field('a', 1, { type: 'message', typeName: '.spec.L' })]),
    message('L', [field('value', 1, { type: 'message', typeName: '.spec.L', repeated: true })], { shape: 'value' }),
  ])
  t.is(matchContract(ours, loops, 'caller').methods.get('m')?.verdict._tag, 'Mismatched')
})

test('unions of unions at both ends are compared in reasonable time', t => {
  const each = (i: number) => io.type({ [`k${i}`]: io.union([io.type({ x: io.string }), io.type({ y: io.string })]) })
  const wide = io.union(Array.from({ length: 60 }, (_, i) => each(i)) as unknown as [io.Mixed, io.Mixed])
  const mine = compileContract(contract('spec.Wide', { m: request(wide, wide) }))
  const other = compileContract(contract('spec.Wide', { m: request(wide, io.union([wide, A])) }))
  const start = performance.now()
  t.is(matchContract(mine, other.descriptors, 'caller').methods.get('m')?.verdict._tag, 'Mismatched')
  t.true(performance.now() - start < 5_000)
})

test('whatever a far end sends for a descriptor is refused or compared', t => {
  const good = compileContract(
    contract('spec.Hostile', { m: request(A, io.type({ a: io.string, l: io.array(A) })) }),
  ).descriptors
  let refused = 0
  for (let at = 0; at < good.length; at += 1)
    for (const to of [0, 1, 127, 255]) {
      const bytes = good.slice()
      bytes[at] = to
      try {
        matchContract(ours, bytes, 'caller')
      } catch (error) {
        t.is((error as Error).name, 'DescriptorError')
        refused += 1
      }
    }
  t.true(refused > 0)
})

import test from 'ava'
import { left, right } from 'fp-ts/lib/Either.js'
import * as io from 'io-ts'
import { all, contract } from '../../src/contract/contract.js'
import { request } from '../../src/contract/method.js'
import { fallback, pinned } from '../../src/schema/field-options.js'
import { via } from '../../src/schema/via.js'

const clone = <C extends io.Any>(codec: C, change: Partial<C>): C =>
  Object.assign(Object.create(Object.getPrototypeOf(codec) as object) as C, codec, change)

const stamped = new io.Type<Date, string, unknown>(
  'Stamp',
  (u): u is Date => u instanceof Date,
  (u, c) => (typeof u === 'string' ? right(new Date(u)) : left([{ value: u, context: c }])),
  date => date.toISOString(),
)

const Anonymous = (): io.Mixed =>
  new io.Type<string, string, unknown>('Anonymous', io.string.is, io.string.validate, String)

interface Endless {
  readonly next: Endless
}
const endless = (): io.Type<Endless> => io.recursion('Endless', () => io.type({ next: endless() }))
const Itself: io.Type<unknown> = io.recursion('Itself', () => Itself)

const refused: readonly (readonly [string, () => io.Any, RegExp])[] = [
  ['a codec of one’s own', () => stamped, /Stamp has no protobuf form: say how it travels with via/],
  ['a function', () => io.Function, /has no protobuf form/],
  ['never', () => io.never as unknown as io.Mixed, /has no protobuf form/],
  [
    'a clone with a fallback',
    () => clone(io.string, { validate: (u: unknown) => right(typeof u === 'string' ? u : '') }),
    /says StringType, but its validate is not what that does: say how it travels: via/,
  ],
  [
    'a clone with a message',
    () => {
      const base = io.type({ a: io.string })
      return clone(base, { validate: (u: unknown, c: io.Context) => base.validate(u, c) })
    },
    /says InterfaceType, but its validate/,
  ],
  [
    'a clone with another guard',
    () => clone(io.number, { is: (u: unknown): u is number => u === 1 }),
    /but its is is not/,
  ],
  ['a clone with another encode', () => clone(io.string, { encode: (s: string) => s.trim() }), /but its encode is not/],
  ['NaN as a literal', () => io.literal(NaN), /NaN cannot be a literal/],
  ['a keyof without keys', () => io.keyof({}) as unknown as io.Mixed, /keyof has no keys/],
  [
    'keys that come to one protobuf name',
    () => io.type({ 'a-b': io.string, a_b: io.string }),
    /"a-b" and "a_b" have the same protobuf name/,
  ],
  ['keys whose JSON names meet', () => io.type({ aB: io.string, a_b: io.string }), /have the same protobuf name/],
  [
    'one number pinned twice',
    () => io.type({ a: pinned(io.string, 5), b: pinned(io.string, 5) }),
    /both have field number 5/,
  ],
  ['a number that protobuf keeps', () => io.type({ a: pinned(io.string, 19_500) }), /cannot have field number 19500/],
  ['a fallback for what is no choice', () => fallback(io.string, 'x'), /only enums and unions have a fallback/],
  [
    'a fallback that is none of the choices',
    () => fallback(io.keyof({ a: null }), 'b' as 'a'),
    /the fallback is no value/,
  ],
  [
    'two transformations that nothing tells apart',
    () => io.union([via(Anonymous(), io.string), via(Anonymous(), io.string)]),
    /nothing tells them apart/,
  ],
  [
    'an intersection of what cannot be both',
    () => io.intersection([io.string, io.number]) as unknown as io.Mixed,
    /an intersection of string and number/,
  ],
  ['recursion that never ends', () => endless(), /does not end/],
  ['recursion with nothing between', () => Itself, /Itself is defined as itself/],
  ['keys that are no texts', () => io.record(stamped as never, io.string), /has no protobuf form/],
]

for (const [what, make, message] of refused)
  test(`${what} is refused when the contract is made, by method, path and remedy`, t => {
    const error = t.throws(
      () =>
        contract('spec.Refused', {
          fine: request(io.void, io.void),
          m: request(io.void, io.type({ at: io.array(make()) })),
        }),
      { message },
    )
    t.like(error, { _tag: 'ContractError', contract: 'spec.Refused', method: 'm' })
    t.regex((error as unknown as { path: string }).path, /^output\.at\[\]/)
    t.regex(error?.message ?? '', /^spec\.Refused\.m, output\.at\[\]/)
  })

test('the same codec with via is carried', t => {
  t.notThrows(() => contract('spec.Fine', { m: request(via(stamped, io.string), io.void) }))
})

test('a codec whose tag tells the truth is not taken for a clone', t => {
  const codecs: readonly io.Mixed[] = [
    io.readonly(io.type({ a: io.Int })),
    io.readonlyArray(io.array(via(stamped, io.string) as io.Mixed)),
    io.exact(io.intersection([io.type({ a: io.string }), io.partial({ b: io.bigint })])),
    io.union([io.literal('a'), io.literal(1), io.literal(true)]),
    io.record(io.union([io.literal('a'), io.literal('b')]), io.UnknownArray),
    io.strict({ a: io.type({ b: via(stamped, io.string) }) }),
  ]
  for (const codec of codecs) t.notThrows(() => contract('spec.Fine', { m: request(codec, codec) }), codec.name)
})

test('a name that is no protobuf name is refused', t => {
  t.throws(() => contract('not a name', {}), { message: /the name is no protobuf name/ })
})

test('methods that come to one protobuf name are refused', t => {
  t.throws(() => contract('spec.Twice', { 'a-b': request(io.void, io.void), aB: request(io.void, io.void) }), {
    message: /a-b and aB have the same protobuf name/,
  })
})

test('contracts that are joined may share neither a name nor a method', t => {
  const [one, two] = [
    contract('spec.One', { m: request(io.void, io.void) }),
    contract('spec.Two', { m: request(io.void, io.void) }),
  ]
  t.throws(() => all(one, two), { message: /spec\.Two\.m: spec\.One has a method of that name too/ })
  t.throws(() => all(one, one), { message: /stands twice/ })
})

const without: readonly (readonly [string, unknown, RegExp])[] = [
  ['a codec in place of a method', io.string, /spec\.Shop\.m: is no method: make it with request/],
  [
    'nothing in place of a codec',
    request(undefined as never, io.string),
    /spec\.Shop\.m, input: is no io-ts codec: import/,
  ],
  [
    'plain properties in place of a codec',
    request(io.string, { a: io.string } as never),
    /spec\.Shop\.m, output: .*wrap it/,
  ],
]

for (const [what, method, message] of without)
  test(`a contract with ${what} is refused by name`, t => {
    t.throws(() => contract('spec.Shop', { m: method as never }), { name: 'ContractError', message })
  })

import test from 'ava'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { codegenAllowed } from '../../src/schema/source.js'
import { Derivation } from '../../src/schema/derive.js'
import { bytes, int32, int64, uint32 } from '../../src/schema/integers.js'
import { via } from '../../src/schema/via.js'

const roundTrip = (codec: io.Any, value: unknown, codegen: boolean): unknown => {
  const coder = new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
  const writer = Writer.create()
  coder.encode(value, writer)
  return coder.decode(Reader.create(writer.finish()))
}

interface Tree {
  readonly leaf: number
  readonly below: Tree[]
}
const Tree: io.Type<Tree> = io.recursion('Tree', () => io.type({ leaf: io.number, below: io.array(Tree) }))

const Plain = io.type({ a: io.string })

const Day = new io.Type<Date, string>(
  'Day',
  (u): u is Date => u instanceof Date,
  (u, context) => {
    const day = new Date(String(u))
    return Number.isNaN(day.getTime()) ? io.failure(u, context) : io.success(day)
  },
  day => day.toISOString(),
)

const cases: readonly (readonly [string, io.Any, readonly unknown[]])[] = [
  ['string', io.string, ['', 'a', 'ä€😀'.repeat(100)]],
  ['number', io.number, [0, -0, 1.5, NaN, Infinity]],
  ['Int', io.Int, [0, 2 ** 60]],
  ['boolean', io.boolean, [true, false]],
  ['bigint', io.bigint, [0n, -1n, 127n, 128n, -128n, -129n, 10n ** 60n, -(10n ** 60n)]],
  ['null', io.null, [null]],
  ['void', io.void, [undefined]],
  ['literal', io.literal('a'), ['a']],
  ['keyof', io.keyof({ a: null, b: null }), ['a', 'b']],
  ['bytes', bytes, [new Uint8Array([1, 2])]],
  ['int32', int32, [0, -1, 2 ** 31 - 1]],
  ['uint32', uint32, [0, 2 ** 32 - 1]],
  ['int64', int64, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['type', io.type({ a: io.string, b: io.number }), [{ a: 'x', b: 1 }]],
  ['partial', io.partial({ a: io.string, b: io.array(io.number) }), [{}, { a: '' }, { b: [] }, { a: 'a', b: [1] }]],
  ['strict', io.strict({ a: io.string }), [{ a: 'x' }]],
  [
    'intersection',
    io.intersection([io.type({ a: io.string }), io.partial({ b: io.number })]),
    [{ a: '' }, { a: '', b: 1 }],
  ],
  ['array of arrays', io.array(io.array(io.number)), [[], [[]], [[1], [], [2, 3]]]],
  ['tuple', io.tuple([io.string, io.number]), [['a', 1]]],
  ['record', io.record(io.string, io.number), [{}, { a: 1, b: 2 }, JSON.parse('{"__proto__":1}')]],
  ['nullable', io.type({ a: io.union([io.string, io.null]) }), [{ a: null }, { a: 'x' }]],
  [
    'optional nullable',
    io.partial({ a: io.union([io.string, io.null, io.undefined]) }),
    [{}, { a: null }, { a: 'x' }, { a: undefined }],
  ],
  [
    'tagged union',
    io.union([io.type({ _tag: io.literal('A'), a: io.string }), io.type({ _tag: io.literal('B'), b: io.number })]),
    [
      { _tag: 'A', a: 'x' },
      { _tag: 'B', b: 1 },
    ],
  ],
  [
    'overlapping union',
    io.union([io.type({ a: io.string }), io.type({ a: io.string, b: io.string })]),
    [{ a: '1', b: '2' }],
  ],
  ['union of unknown and its refinement', io.union([io.unknown, io.refinement(io.unknown, () => true)]), [null, 1, {}]],
  [
    'union of what travels as a text and of a refined union with a text',
    io.union([via(Day, io.string), io.refinement(io.union([io.number, io.string]), () => true, 'Any')]),
    [new Date(0), 'a', 1],
  ],
  [
    'union of a refined union and of what travels as a text',
    io.union([io.refinement(io.union([io.number, io.string]), () => true, 'Any'), via(Day, io.string)]),
    [new Date(0), 'a', 1],
  ],
  [
    'union of a literal and of a refined union of another one and what travels as a text',
    io.union([
      io.refinement(io.union([via(Day, io.string), io.literal(true)]), () => true, 'Any'),
      io.literal('filled in'),
    ]),
    [new Date(0), true, 'filled in'],
  ],
  [
    'union of two refinements of a record, and an array of it',
    io.union([
      io.refinement(Plain, ({ a }) => a === 'x', 'X'),
      io.refinement(Plain, ({ a }) => a === 'y', 'Y'),
      io.type({ a: io.string, b: io.number }),
    ]),
    [{ a: 'x' }, { a: 'y' }, { a: 'z', b: 1 }],
  ],
  ['recursion', Tree, [{ leaf: 1, below: [{ leaf: 2, below: [] }] }]],
  ['unknown', io.unknown, [undefined, null, 1, 'a', [1, [2]], { a: { b: null } }, 5n, new Uint8Array([1])]],
  ['UnknownRecord', io.UnknownRecord, [{ a: 1 }]],
]

for (const [name, codec, values] of cases)
  test(`${name}: a value comes back as it went`, t => {
    for (const codegen of [codegenAllowed(), false])
      for (const value of values) t.deepEqual(roundTrip(codec, value, codegen), value)
  })

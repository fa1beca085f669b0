import test, { type ExecutionContext } from 'ava'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { compileContract } from '../../src/contract/compile-contract.js'
import { contract } from '../../src/contract/contract.js'
import { matchContract, type MethodMatch, type Role } from '../../src/contract/match-contract.js'
import { channel, event, request, stream, type AnyMethod } from '../../src/contract/method.js'
import { alias, fallback, withDefault } from '../../src/schema/field-options.js'
import { bytes, float, int32, int53, int64, uint32 } from '../../src/schema/integers.js'

const compiled = (codec: io.Mixed) => compileContract(contract('spec.Evolving', { m: request(codec, codec) }))

/** What a reader makes of a writer's value, or of its schema. */
const read = (writer: io.Mixed, reader: io.Mixed, role: Role = 'caller') => {
  const [ours, theirs] = [compiled(reader), compiled(writer)]
  const match = matchContract(ours, theirs.descriptors, role).methods.get('m') as MethodMatch
  const part = role === 'caller' ? 'output' : 'input'
  const take = (value: unknown): unknown => {
    const out = Writer.create()
    theirs.methods[0]?.[part].encode(value, out)
    const decode = match.decode[part]
    if (decode === undefined) throw new Error('no decoder')
    return decode(Reader.create(out.finish()))
  }
  return { verdict: match.verdict, take }
}

interface Row {
  readonly change: string
  readonly old: io.Mixed
  readonly now: io.Mixed
  /** values an old writer sends, and what a new reader sees; or why it refuses */
  readonly forth: readonly (readonly [unknown, unknown])[] | RegExp
  /** values a new writer sends, and what an old reader sees; or why it refuses */
  readonly back: readonly (readonly [unknown, unknown])[] | RegExp
  readonly notes?: RegExp
}

const A = io.type({ a: io.string })
const Circle = io.type({ _tag: io.literal('Circle'), r: io.number })
const Square = io.type({ _tag: io.literal('Square'), side: io.number })
const Blob = io.type({ _tag: io.literal('Blob') })

interface List {
  readonly head: string
  readonly tail: List | null
}
const List: io.Type<List> = io.recursion('List', () => io.type({ head: io.string, tail: io.union([List, io.null]) }))
interface Longer {
  readonly head: string
  readonly tail: Longer | null
  readonly note?: string
}
const Longer: io.Type<Longer> = io.recursion('Longer', () =>
  io.intersection([io.type({ head: io.string, tail: io.union([Longer, io.null]) }), io.partial({ note: io.string })]),
)
const Long = io.brand(io.string, (s): s is io.Branded<string, { readonly Long: symbol }> => s.length > 3, 'Long')

const rows: readonly Row[] = [
  {
    change: 'an optional field is added',
    old: A,
    now: io.intersection([A, io.partial({ b: io.string })]),
    forth: [[{ a: 'x' }, { a: 'x' }]],
    back: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
    notes: /b: is dropped/,
  },
  {
    change: 'a required field is added without a default',
    old: A,
    now: io.type({ a: io.string, b: io.string }),
    forth: /m?output\.b.*require/,
    back: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
  },
  {
    change: 'a required field is added with a default',
    old: A,
    now: io.type({ a: io.string, b: withDefault(io.string, 'none') }),
    forth: [[{ a: 'x' }, { a: 'x', b: 'none' }]],
    back: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
  },
  {
    change: 'a required field is added that may be undefined',
    old: A,
    now: io.type({ a: io.string, b: io.union([io.string, io.undefined]) }),
    forth: [[{ a: 'x' }, { a: 'x', b: undefined }]],
    back: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
  },
  {
    change: 'an optional field is removed',
    old: io.partial({ a: io.string, b: io.string }),
    now: io.partial({ a: io.string }),
    forth: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
    back: [[{ a: 'x' }, { a: 'x' }]],
  },
  {
    change: 'a required field is removed',
    old: io.type({ a: io.string, b: io.string }),
    now: A,
    forth: [[{ a: 'x', b: 'y' }, { a: 'x' }]],
    back: /require/,
  },
  {
    change: 'an optional field becomes required',
    old: io.partial({ a: io.string }),
    now: A,
    forth: /may leave it out/,
    back: [[{ a: 'x' }, { a: 'x' }]],
  },
  {
    change: 'an optional field becomes required with a default',
    old: io.partial({ a: io.string }),
    now: io.type({ a: withDefault(io.string, '-') }),
    forth: [
      [{}, { a: '-' }],
      [{ a: 'x' }, { a: 'x' }],
    ],
    back: [[{ a: 'x' }, { a: 'x' }]],
  },
  {
    change: 'an optional array becomes required with a default',
    old: io.partial({ a: io.array(io.string) }),
    now: io.type({ a: withDefault(io.array(io.string), ['-']) }),
    forth: [
      [{}, { a: ['-'] }],
      [{ a: [] }, { a: [] }],
    ],
    back: [[{ a: [] }, { a: [] }]],
  },
  {
    change: 'a required field becomes optional',
    old: A,
    now: io.partial({ a: io.string }),
    forth: [[{ a: 'x' }, { a: 'x' }]],
    back: /may leave it out/,
  },
  {
    change: 'a field is renamed',
    old: A,
    now: io.type({ b: io.string }),
    forth: /require/,
    back: /require/,
  },
  {
    change: 'a field is renamed with an alias',
    old: A,
    now: io.type({ b: alias(io.string, 'a') }),
    forth: [[{ a: 'x' }, { b: 'x' }]],
    back: /require/,
  },
  {
    change: 'fields are reordered',
    old: io.type({ a: io.string, b: io.string }),
    now: io.type({ b: io.string, a: io.string }),
    forth: [
      [
        { a: 'x', b: 'y' },
        { a: 'x', b: 'y' },
      ],
    ],
    back: [
      [
        { a: 'x', b: 'y' },
        { a: 'x', b: 'y' },
      ],
    ],
  },
  {
    change: 'a removed name comes back with another type',
    old: io.partial({ a: io.string }),
    now: io.partial({ a: io.number }),
    forth: /kinds differ/,
    back: /kinds differ/,
  },
  {
    change: 'int32 becomes int64',
    old: int32,
    now: int64,
    forth: [[-5, -5n]],
    back: /not every int64 is a int32/,
  },
  {
    change: 'int32 becomes a bigint of any size',
    old: int32,
    now: io.bigint,
    forth: [[-5, -5n]],
    back: /not every bigint is a int32/,
  },
  {
    change: 'int32 becomes a wider number',
    old: int32,
    now: int53,
    forth: [[-5, -5]],
    back: /not every int53 is a int32/,
  },
  {
    change: 'a number goes beyond its sign',
    old: int32,
    now: uint32,
    forth: /not every int32 is a uint32/,
    back: /not every uint32 is a int32/,
  },
  {
    change: 'a literal becomes a number that holds it',
    old: io.literal(7),
    now: int32,
    forth: [[7, 7]],
    back: /the kinds differ/,
  },
  {
    change: 'a literal becomes a number that is too narrow for it',
    old: io.literal(2 ** 40),
    now: int32,
    forth: /the kinds differ/,
    back: /the kinds differ/,
  },
  {
    change: 'int32 becomes a double',
    old: int32,
    now: io.number,
    forth: [[7, 7]],
    back: /not every double is a int32/,
  },
  { change: 'int64 becomes a double', old: int64, now: io.number, forth: /not every int64/, back: /not every double/ },
  {
    change: 'a number that travels as int64 becomes a bigint',
    old: int53,
    now: int64,
    forth: [[2 ** 53 - 1, 2n ** 53n - 1n]],
    back: /not every int64 is a int53/,
  },
  {
    change: 'float becomes double',
    old: float,
    now: io.number,
    forth: [[0.5, 0.5]],
    back: /not every double is a float/,
  },
  {
    change: 'string becomes bytes',
    old: io.string,
    now: bytes,
    forth: [['ä', new Uint8Array([0xc3, 0xa4])]],
    back: /kinds differ/,
  },
  {
    change: 'a literal is added to an enum',
    old: io.keyof({ a: null, b: null }),
    now: io.keyof({ c: null, b: null, a: null }),
    forth: [
      ['a', 'a'],
      ['b', 'b'],
    ],
    back: /"c" may come and has no place here/,
  },
  {
    change: 'a literal is added to an enum whose reader has a fallback',
    old: fallback(io.keyof({ a: null, b: null }), 'b'),
    now: io.keyof({ c: null, b: null, a: null }),
    forth: [['a', 'a']],
    back: [
      ['a', 'a'],
      ['c', 'b'],
    ],
  },
  {
    change: 'a branch is added to a tagged union',
    old: io.union([Circle, Square]),
    now: io.union([Blob, Square, Circle]),
    forth: [
      [
        { _tag: 'Circle', r: 1 },
        { _tag: 'Circle', r: 1 },
      ],
    ],
    back: /Blob may come and has no place here/,
  },
  {
    change: 'a branch is added to a tagged union whose reader has a fallback',
    old: io.type({ shape: fallback(io.union([Circle, Square]), { _tag: 'Circle', r: 0 }) }),
    now: io.type({ shape: io.union([Blob, Square, Circle]) }),
    forth: [[{ shape: { _tag: 'Square', side: 2 } }, { shape: { _tag: 'Square', side: 2 } }]],
    back: [
      [{ shape: { _tag: 'Square', side: 2 } }, { shape: { _tag: 'Square', side: 2 } }],
      [{ shape: { _tag: 'Blob' } }, { shape: { _tag: 'Circle', r: 0 } }],
    ],
  },
  {
    change: 'a single field goes into a union',
    old: io.type({ a: io.string }),
    now: io.type({ a: io.union([io.string, io.number]) }),
    forth: [[{ a: 'x' }, { a: 'x' }]],
    back: /number|double/,
  },
  {
    change: 'a field becomes nullable',
    old: io.type({ a: io.string }),
    now: io.type({ a: io.union([io.string, io.null]) }),
    forth: [[{ a: 'x' }, { a: 'x' }]],
    back: /output\.a/,
  },
  {
    change: 'one becomes many',
    old: io.type({ a: io.string }),
    now: io.type({ a: io.array(io.string) }),
    forth: /kinds differ/,
    back: /kinds differ/,
  },
  {
    change: 'an array becomes a dictionary',
    old: io.type({ a: io.array(io.string) }),
    now: io.type({ a: io.record(io.string, io.string) }),
    forth: /kinds differ/,
    back: /kinds differ/,
  },
  {
    change: 'a refinement is narrowed',
    old: io.string,
    now: Long,
    forth: [['long enough', 'long enough']],
    back: [['long enough', 'long enough']],
    notes: /is checked to be Long/,
  },
  {
    change: 'a message type is renamed',
    old: io.type({ a: io.string }, 'Before'),
    now: io.type({ a: io.string }, 'After'),
    forth: [[{ a: 'x' }, { a: 'x' }]],
    back: [[{ a: 'x' }, { a: 'x' }]],
  },
  {
    change: 'a recursive type gets an optional field',
    old: List,
    now: Longer,
    forth: [
      [
        { head: 'a', tail: { head: 'b', tail: null } },
        { head: 'a', tail: { head: 'b', tail: null } },
      ],
    ],
    back: [
      [
        { head: 'a', tail: { head: 'b', tail: null, note: 'n' } },
        { head: 'a', tail: { head: 'b', tail: null } },
      ],
    ],
  },
  {
    change: 'everything becomes acceptable',
    old: io.type({ a: io.type({ b: io.array(int32), c: io.union([io.null, Circle]) }) }),
    now: io.type({ a: io.unknown }),
    forth: [[{ a: { b: [1], c: { _tag: 'Circle', r: 1 } } }, { a: { b: [1], c: { _tag: 'Circle', r: 1 } } }]],
    back: /kinds differ/,
  },
  {
    change: 'an untagged union is turned round',
    old: io.union([io.type({ x: io.number }), io.type({ x: io.number, y: io.number })]),
    now: io.union([io.type({ x: io.number, y: io.number }), io.type({ x: io.number })]),
    forth: [
      [{ x: 1 }, { x: 1 }],
      [
        { x: 1, y: 2 },
        { x: 1, y: 2 },
      ],
    ],
    back: [
      [{ x: 1 }, { x: 1 }],
      [
        { x: 1, y: 2 },
        { x: 1, y: 2 },
      ],
    ],
  },
]

const check = (t: ExecutionContext, row: Row, direction: 'forth' | 'back', role: Role): void => {
  const [writer, reader] = direction === 'forth' ? [row.old, row.now] : [row.now, row.old]
  const { verdict, take } = read(writer, reader, role)
  const expected = row[direction]
  if (expected instanceof RegExp) {
    t.is(verdict._tag, 'Mismatched')
    if (role === 'caller') t.regex(JSON.stringify(verdict).replaceAll('\\"', '"'), expected)
    return
  }
  t.true(verdict._tag === 'Identical' || verdict._tag === 'Compatible', JSON.stringify(verdict))
  for (const [sent, seen] of expected) t.deepEqual(take(sent), seen)
}

for (const row of rows) {
  const says = (expected: Row['forth']): string => (expected instanceof RegExp ? 'is refused' : 'is read')
  test(`${row.change}: the old end's value ${says(row.forth)} by the new end`, t => {
    for (const role of ['caller', 'handler'] as const) check(t, row, 'forth', role)
  })
  test(`${row.change}: the new end's value ${says(row.back)} by the old end`, t => {
    for (const role of ['caller', 'handler'] as const) check(t, row, 'back', role)
  })
  if (row.notes !== undefined)
    test(`${row.change}: the verdict says so in its notes`, t => {
      const both = [read(row.old, row.now).verdict, read(row.now, row.old).verdict]
      t.regex(JSON.stringify(both), row.notes as RegExp)
    })
}

const judge = (ours: Record<string, AnyMethod>, theirs: Record<string, AnyMethod>, role: Role = 'caller') =>
  matchContract(
    compileContract(contract('spec.Methods', ours)),
    compileContract(contract('spec.Methods', theirs)).descriptors,
    role,
  ).methods

test('a narrowed refinement is checked on arrival, value by value', t => {
  const { take } = read(io.string, Long)
  t.throws(() => take('no'), { message: /Long/ })
})

test('a method more at the far end changes nothing', t => {
  const [old, now] = [{ m: request(A, A) }, { m: request(A, A), n: stream(A, A) }]
  t.deepEqual(judge(old, now).get('m')?.verdict, { _tag: 'Identical' })
})

test('a method that the far end lacks is mismatched, the others are not', t => {
  const methods = judge({ m: request(A, A), n: stream(A, A) }, { m: request(A, A) })
  t.is(methods.get('m')?.verdict._tag, 'Identical')
  t.like(methods.get('n')?.verdict, { _tag: 'Mismatched', differences: [{ path: '', theirs: 'nothing' }] })
})

test('a request that became a stream is mismatched', t => {
  const methods = judge({ m: request(A, A) }, { m: stream(A, A) })
  t.like(methods.get('m')?.verdict, { _tag: 'Mismatched', differences: [{ ours: 'request', theirs: 'stream' }] })
})

test('a method is found by its own name where that is no protobuf name', t => {
  const methods = judge({ 'a-b!': channel(A, A) }, { 'a-b!': channel(A, A) })
  t.is(methods.get('a-b!')?.verdict._tag, 'Identical')
})

test('only what we read is judged: a caller does not mind what the handler reads', t => {
  const [ours, theirs] = [{ m: request(A, A) }, { m: request(io.number, A) }]
  t.is(judge(ours, theirs, 'caller').get('m')?.verdict._tag, 'Identical')
  t.is(judge(ours, theirs, 'handler').get('m')?.verdict._tag, 'Mismatched')
})

test('a failure of another form is judged as a response is', t => {
  const failing = (failure: io.Mixed) => ({ m: request(A, A, { failure }) })
  t.is(judge(failing(A), failing(io.type({ a: io.string, b: io.number }))).get('m')?.verdict._tag, 'Compatible')
  t.like(judge(failing(A), failing(io.type({ b: io.number }))).get('m')?.verdict, {
    _tag: 'Mismatched',
    differences: [{ path: 'failure.a' }],
  })
  t.is(judge({ m: request(A, A) }, failing(A)).get('m')?.verdict._tag, 'Mismatched')
})

test('an event is judged by its handler alone', t => {
  t.is(judge({ m: event(A) }, { m: event(io.number) }, 'caller').get('m')?.verdict._tag, 'Identical')
  t.is(judge({ m: event(A) }, { m: event(io.number) }, 'handler').get('m')?.verdict._tag, 'Mismatched')
})

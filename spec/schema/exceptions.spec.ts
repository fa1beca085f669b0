import test, { type ExecutionContext } from 'ava'
import * as io from 'io-ts'
import { readFileSync } from 'node:fs'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { withDefault } from '../../src/schema/field-options.js'
import { bytes, int32 } from '../../src/schema/integers.js'
import { codegenAllowed } from '../../src/schema/source.js'
import { describeTypeForSpec } from './describe-type.js'

const ways = codegenAllowed() ? [true, false] : [false]

const sent = (codec: io.Any, value: unknown, codegen: boolean): Uint8Array => {
  const writer = Writer.create()
  new CoderFactory({ codegen }).coder(new Derivation().derive(codec)).encode(value, writer)
  return Uint8Array.from(writer.finish())
}

const read = (codec: io.Any, message: Uint8Array, codegen: boolean): unknown =>
  new CoderFactory({ codegen }).coder(new Derivation().derive(codec)).decode(Reader.create(message))

type Check = (
  t: ExecutionContext,
  /** what arrives of a value */
  carry: (codec: io.Any, value: unknown) => unknown,
  codegen: boolean,
) => void

class Point {
  constructor(
    readonly x: number,
    readonly y = 0,
  ) {}
}

const nest = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>(inner => [inner], [])

/** In the order of the list in proto/SCHEMAS.md. */
const lines: readonly Check[] = [
  (t, carry) => {
    t.deepEqual(carry(io.type({ a: io.string }), { a: 'x', b: 1 }), { a: 'x' })
    const both = io.intersection([io.type({ a: io.string }), io.partial({ b: io.number })])
    t.deepEqual(carry(both, { a: 'x', c: 1 }), { a: 'x' })
  },
  (t, _, codegen) => {
    t.is(sent(io.type({ n: io.Int }), { n: 1 }, codegen).length, 9)
    t.is(sent(io.type({ n: int32 }), { n: 1 }, codegen).length, 2)
    t.is(describeTypeForSpec(io.type({ n: io.Int })), 'double')
  },
  (t, carry) => {
    t.is(carry(int32, -0), 0)
    t.is(carry(io.number, -0), -0)
    t.is(carry(io.union([int32, io.number]), -0), 0)
    t.is(carry(io.union([io.number, io.string]), -0), -0)
  },
  (t, carry) => {
    t.true(io.string.is('\ud800'))
    for (const text of ['\ud800', 'a\udc00b', `${'long '.repeat(20)}\ud83d`])
      t.throws(() => carry(io.string, text), { message: /lone surrogate/ })
    t.throws(() => carry(io.record(io.string, io.string), { '\ud800': 'x' }))
    t.is(carry(io.string, '😀'), '😀')
  },
  (t, carry) => {
    const loop: unknown[] = []
    loop.push(loop)
    t.throws(() => carry(io.unknown, nest(101)), { message: /deeper than 100/ })
    t.throws(() => carry(io.unknown, loop))
    t.deepEqual(carry(io.unknown, nest(90)), nest(90))
  },
  (t, carry) => {
    for (const value of [() => 1, Symbol('s'), new Date(0), new Map(), new Point(1)])
      t.throws(() => carry(io.unknown, value), { name: 'InvalidValue' })
  },
  (t, carry) => {
    const back = carry(io.type({ x: io.number }), new Point(1))
    t.deepEqual(back, { x: 1 })
    t.is(Object.getPrototypeOf(back), Object.prototype)
  },
  (t, carry) => {
    const [small, large] = [io.strict({ a: io.string }), io.strict({ a: io.string, b: io.string })]
    t.deepEqual(carry(io.union([small, large]), { a: '1', b: '2' }), { a: '1', b: '2' })
    t.deepEqual(io.union([small, large]).encode({ a: '1', b: '2' }), { a: '1' })
  },
  (t, carry) => {
    t.deepEqual(carry(io.partial({ a: io.string }), { a: undefined }), {})
    t.deepEqual(carry(io.partial({ a: io.union([io.string, io.undefined]) }), { a: undefined }), { a: undefined })
  },
  (t, carry) => {
    t.true(io.type({ toString: io.Function }).is({}))
    t.throws(() => carry(io.type({ toString: io.unknown }), {}), { message: /toString: missing/ })
    t.deepEqual(carry(io.type({ toString: io.unknown }), { toString: 'own' }), { toString: 'own' })
  },
  (t, carry) => {
    const holed = ['a', , 'b']
    t.true(io.array(io.string).is(holed))
    t.throws(() => carry(io.array(io.string), holed), { name: 'InvalidValue' })
    t.deepEqual(carry(io.array(io.union([io.string, io.undefined])), holed), ['a', undefined, 'b'])
  },
  (t, carry) => {
    const Short = io.refinement(io.string, key => key.length < 3, 'Short')
    t.deepEqual(carry(io.record(Short, io.number), { ab: 1, abcd: 2 }), { ab: 1 })
  },
  (t, carry) => {
    t.is(carry(io.literal(0), -0), 0)
    t.is(io.literal(0).encode(-0 as 0), -0)
  },
  (t, _, codegen) => {
    t.is(read(io.string, new Uint8Array([10, 2, 0x61, 0xff]), codegen), 'a\ufffd')
  },
  (t, carry) => {
    const back = carry(bytes, Buffer.from([1, 2]))
    t.is(Object.getPrototypeOf(back), Uint8Array.prototype)
    t.deepEqual(back, new Uint8Array([1, 2]))
  },
  (t, carry) => {
    const Maybe = io.partial({ a: withDefault(io.string, '-') })
    t.deepEqual(carry(Maybe, {}), { a: '-' })
    t.deepEqual(Maybe.decode({}), { _tag: 'Right', right: { a: '-' } } as never)
  },
  (t, carry) => {
    const Even = io.refinement(io.number, n => n % 2 === 0, 'Even')
    const Both = io.intersection([io.type({ n: Even }), io.type({ n: io.Int })])
    t.deepEqual(carry(Both, { n: 4 }), { n: 4 })
    t.throws(() => carry(Both, { n: 3 }), { message: /Even/ })
    t.throws(() => carry(Both, { n: 0.5 }))
  },
]

const titles = readFileSync('proto/SCHEMAS.md', 'utf8')
  .split('\n')
  .filter(line => /^\d+\. /.test(line))
  .map(line => line.replace(/^\d+\. /, ''))

test('the list of exceptions has a test for each of its lines', t => {
  t.is(titles.length, lines.length)
})

titles.forEach((title, index) =>
  test(title, t => {
    for (const codegen of ways)
      lines[index]?.(t, (codec, value) => read(codec, sent(codec, value, codegen), codegen), codegen)
  }),
)

import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { printValue, sameValue, showValue, Unprintable } from '../../../src/testing/recording/print-value.js'

// eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is run was printed here a moment ago
const evaluated = (source: string): unknown => (new Function(`return (${source})`) as () => unknown)()

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.uint8Array(),
  fc.date({ noInvalidDate: true }),
  fc.string({ minLength: 1, maxLength: 1 }).map(char => char.repeat(80)),
  fc.nat(255).map(byte => new Uint8Array(100).fill(byte)),
)
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a b', "it's", '1'))
const value = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('any')), { maxLength: 4 }).map(entries => {
      const made = {}
      for (const [name, each] of entries)
        Object.defineProperty(made, name, { value: each, enumerable: true, configurable: true, writable: true })
      return made
    }),
    fc.array(tie('any'), { maxLength: 3 }).map(items => new Set(items)),
    fc.array(fc.tuple(tie('any'), tie('any')), { maxLength: 3 }).map(entries => new Map(entries)),
  ),
})).any

test('what is printed is the value again when it is read as source', t => {
  t.notThrows(() => fc.assert(fc.property(value, each => assert.deepStrictEqual(evaluated(printValue(each)), each))))
})

test('source is what a person would have written', t => {
  t.is(
    printValue({ bread: 'rye', toppings: ['ham', "d'argent", `a "b" 'c'`] }),
    `{ bread: 'rye', toppings: ['ham', "d'argent", 'a "b" \\'c\\''] }`,
  )
  t.is(printValue({ 'a b': 1n, left: undefined, at: -0 }), "{ 'a b': 1n, left: undefined, at: -0 }")
  t.is(printValue(new Uint8Array(70).fill(7)), 'new Uint8Array(70).fill(7)')
  t.is(printValue('x'.repeat(70)), "'x'.repeat(70)")
  t.is(
    printValue({ one: 'x'.repeat(50), two: 'y'.repeat(50) }, '  '),
    `{\n    one: '${'x'.repeat(50)}',\n    two: '${'y'.repeat(50)}',\n  }`,
  )
})

test('what is no data has no source', t => {
  for (const each of [new Error('no'), () => 1, Symbol('no'), { in: new Error('no') }])
    t.throws(() => printValue(each), { instanceOf: Unprintable })
})

test('a value in a message is one line, and not too long', t => {
  t.is(
    showValue({ one: 'x'.repeat(50), two: [1, 2] }),
    `{ one: '${'x'.repeat(50)}', two: [1, 2], }`.replace(', }', ' }'),
  )
  t.is(showValue(Array.from({ length: 1_000 }, (_, i) => i)).length, 203)
  t.is(showValue(new Error('no')), 'Error: no')
})

test('values are the same whatever the order of their properties, and otherwise as they are', t => {
  t.true(sameValue({ a: 1, b: [Uint8Array.of(1), { c: NaN }] }, { b: [Uint8Array.of(1), { c: NaN }], a: 1 }))
  for (const [a, b] of [
    [1, 2],
    [0, -0],
    [1, '1'],
    [null, undefined],
    [[], {}],
    [[1], [1, 2]],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [new Date(0), new Date(1)],
    [new Set([1]), new Set([2])],
    [new Map([[1, 1]]), new Map([[1, 2]])],
  ])
    t.false(sameValue(a, b), `${showValue(a)} ${showValue(b)}`)
  t.true(sameValue(new Set([1]), new Set([1])))
})

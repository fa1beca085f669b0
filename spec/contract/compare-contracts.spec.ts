import test from 'ava'
import * as io from 'io-ts'
import { compareContracts, snapshot } from '../../src/contract/compare-contracts.js'
import { all, contract } from '../../src/contract/contract.js'
import { formatReport } from '../../src/contract/format-report.js'
import { request, stream } from '../../src/contract/method.js'
import { fallback, withDefault } from '../../src/schema/field-options.js'
import { int32 } from '../../src/schema/integers.js'
import { Rich } from './rich-contract.js'

const Kitchen = (out: io.Mixed) => contract('demo.Kitchen', { make: request(io.void, out) })
const A = io.type({ a: io.string })
const AB = io.type({ a: io.string, b: int32 })

test('a contract is compatible with itself, every method identical', t => {
  const { compatible, methods } = compareContracts(Rich, Rich)
  t.true(compatible)
  t.true(methods.length > 0 && methods.every(({ verdict }) => verdict._tag === 'Identical'))
})

test('a snapshot from a file stands for the contract', t => {
  t.deepEqual(compareContracts(snapshot(Rich), Rich), compareContracts(Rich, Rich))
})

test('a required field more: new ends do not read old ones, old ends read new ones', t => {
  t.false(compareContracts(Kitchen(A), Kitchen(AB), { mode: 'backward' }).compatible)
  t.true(compareContracts(Kitchen(A), Kitchen(AB), { mode: 'forward' }).compatible)
  t.false(compareContracts(Kitchen(A), Kitchen(AB), { mode: 'full' }).compatible)
})

test('a default and a fallback count, though a snapshot does not hold their values', t => {
  const ABd = io.type({ a: io.string, b: withDefault(int32, 0) })
  t.true(compareContracts(snapshot(Kitchen(A)), snapshot(Kitchen(ABd))).compatible)
  const Mood = (keys: Record<string, null>) => io.type({ mood: fallback(io.keyof(keys), 'ok') })
  t.true(
    compareContracts(snapshot(Kitchen(Mood({ ok: null }))), snapshot(Kitchen(Mood({ ok: null, bad: null }))))
      .compatible,
  )
})

test('a method that is gone breaks old ends; one that is new breaks nobody', t => {
  const [one, two] = [
    contract('demo.K', { a: request(A, A) }),
    contract('demo.K', { a: request(A, A), b: stream(A, A) }),
  ]
  t.true(compareContracts(one, two).compatible)
  t.false(compareContracts(two, one, { mode: 'backward' }).compatible)
})

test('several contracts are compared at once', t => {
  const other = contract('demo.Other', { n: request(A, A) })
  t.is(compareContracts(all(Kitchen(A), other), all(Kitchen(A), other)).methods.length, 2)
})

test('the report says in words what breaks, where, and what each side has', t => {
  const { report } = compareContracts(Kitchen(io.type({ a: io.number })), Kitchen(A), { mode: 'backward' })
  t.is(
    report,
    [
      'schemas: 1 method mismatched',
      '  demo.Kitchen.make is mismatched: its calls fail with SchemaMismatch',
      '    output.a: ours is string, theirs is double: the kinds differ',
    ].join('\n'),
  )
})

test('a report of what is well is one line', t => {
  const verdict = { _tag: 'Identical' } as const
  const methods = ['a', 'b'].map(method => ({ contract: 'demo.K', method, verdict }))
  t.is(formatReport({ methods }), 'schemas: 2 methods identical')
})

test('a report puts the far end’s verdict beside ours, and prints no control characters of its names', t => {
  const report = formatReport({
    methods: [
      {
        contract: 'demo.K',
        method: 'm',
        verdict: { _tag: 'Identical' },
        theirVerdict: { _tag: 'Compatible', notes: ['x\u001b[31m: is dropped'] },
      },
    ],
  })
  t.is(report, 'schemas: 1 method compatible\n  demo.K.m is compatible\n    the far end: x?[31m: is dropped')
})

import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import * as io from 'io-ts'
import { contract, event, request, stream } from 'sluice'
import { compileContract, type CompiledContract } from '../../src/contract/compile-contract.js'
import {
  describeFor,
  differencesOf,
  judge,
  objectionTo,
  offerOf,
  reportOf,
  verdictsOf,
  type SchemaReport,
  type Terms,
} from '../../src/session/judge.js'
import type { Hello } from '../../src/wire/frame.js'
import { helloOf } from './arrange.js'

const kitchen = compileContract(
  contract('demo.Kitchen', { howAreYou: request(io.string, io.string), ticks: stream(io.number, io.number) }),
)
/** Answers otherwise, and asks the same. */
const otherKitchen = compileContract(
  contract('demo.Kitchen', { howAreYou: request(io.string, io.number), ticks: stream(io.number, io.number) }),
)
const otherDiner = compileContract(contract('demo.OtherDiner', { bell: event(io.string) }))
const diner = compileContract(contract('demo.Diner', { bell: event(io.string) }))

const termsOf = (terms: Partial<Terms>): Terms => ({ serves: [], uses: [], validation: 'report', ...terms })
const greet = (terms: Terms): Hello => ({
  ...helloOf({}),
  validation: terms.validation,
  serves: terms.serves.map(offerOf),
  uses: terms.uses.map(offerOf),
})

/** Both ends judge each other, and report. */
const meet = (a: Partial<Terms>, b: Partial<Terms>) => {
  const ends = [termsOf(a), termsOf(b)] as const
  const judgements = ends.map((terms, i) => {
    const far = ends[1 - i] as Terms
    return judge(terms)(greet(far), describeFor(far)(greet(terms)))
  })
  const [ours, theirs] = judgements as [ReturnType<ReturnType<typeof judge>>, ReturnType<ReturnType<typeof judge>>]
  return {
    judgements: [ours, theirs] as const,
    reports: [reportOf(ours, verdictsOf(theirs)), reportOf(theirs, verdictsOf(ours))] as const,
    objections: [objectionTo(ours, verdictsOf(theirs)), objectionTo(theirs, verdictsOf(ours))] as const,
  }
}

const rows = (report: SchemaReport) =>
  report.methods.map(
    ({ contract: name, method, side, verdict, theirVerdict }) =>
      `${side} ${name}.${method}: ${verdict._tag}, ${theirVerdict?._tag ?? 'nothing'}`,
  )

test('equal fingerprints are identical, and need no descriptors', t => {
  const { reports } = meet({ uses: [kitchen] }, { serves: [kitchen] })
  t.deepEqual(rows(reports[0]), [
    'uses demo.Kitchen.howAreYou: Identical, Identical',
    'uses demo.Kitchen.ticks: Identical, Identical',
  ])
  t.true(reports[0].compatible && reports[1].compatible)
  t.is(describeFor(termsOf({ uses: [kitchen] }))(greet(termsOf({ serves: [kitchen] }))), undefined)
})

test('the end that reads an answer finds what is wrong with it, and the other end hears of it', t => {
  const { reports } = meet({ uses: [kitchen] }, { serves: [otherKitchen] })
  t.regex(rows(reports[0])[0] ?? '', /uses demo.Kitchen.howAreYou: Mismatched/)
  t.regex(rows(reports[1])[0] ?? '', /serves demo.Kitchen.howAreYou: .*, Mismatched/)
  t.false(reports[0].compatible || reports[1].compatible)
  const [ours] = differencesOf(reports[0].methods[0] as SchemaReport['methods'][number])
  const [theirs] = differencesOf(reports[1].methods[0] as SchemaReport['methods'][number])
  // what is ours to the one is theirs to the other
  t.like(theirs, { path: ours?.path, ours: ours?.theirs, theirs: ours?.ours })
  t.notRegex(rows(reports[0])[1] ?? '', /Mismatched/)
})

test('a contract that is used and that nobody serves is a mismatch; one that is served and not used is none', t => {
  const { reports } = meet({ uses: [kitchen], serves: [diner] }, {})
  t.deepEqual(rows(reports[0]), [
    'serves demo.Diner.bell: Unverified, nothing',
    'uses demo.Kitchen.howAreYou: Mismatched, nothing',
    'uses demo.Kitchen.ticks: Mismatched, nothing',
  ])
})

test('where validation is off nobody looks', t => {
  const { reports } = meet({ uses: [kitchen], validation: 'off' }, { serves: [otherKitchen] })
  t.regex(rows(reports[0])[0] ?? '', /Disabled, Unverified/)
  t.regex(rows(reports[1])[0] ?? '', /Unverified, Disabled/)
  t.true(reports[0].compatible)
})

test('where either end requires it, both object to a mismatch that both know of', t => {
  for (const which of [0, 1]) {
    const validation = (end: number) => (end === which ? 'require' : 'report')
    const { objections } = meet(
      { uses: [kitchen], validation: validation(0) },
      { serves: [otherKitchen], validation: validation(1) },
    )
    for (const objection of objections) t.regex(objection ?? '', /demo.Kitchen.howAreYou/)
    t.is(objections[0], objections[1])
  }
  const { objections } = meet({ uses: [kitchen], validation: 'require' }, { serves: [kitchen] })
  t.deepEqual(objections, [undefined, undefined])
  t.deepEqual(meet({ uses: [kitchen] }, { serves: [otherKitchen] }).objections, [undefined, undefined])
})

test('a contract that one end uses and the other does not serve is objected to by both, in the same words', t => {
  for (const [a, b] of [
    ['require', 'report'],
    ['report', 'require'],
    ['require', 'require'],
    ['off', 'require'],
    ['require', 'off'],
  ] as const) {
    const { objections } = meet(
      { uses: [kitchen], serves: [diner], validation: a },
      { serves: [otherDiner], uses: [diner], validation: b },
    )
    t.is(objections[0], objections[1])
    // an end that does not look misses nothing
    if (a === 'off') t.is(objections[0], undefined)
    else t.regex(objections[0] ?? '', /: demo.Kitchen \(one end uses it, and the other does not serve it\)/)
  }
  // of one name, each way: what does not match one way is told, though nobody serves it the other way
  const crossed = meet({ uses: [kitchen], validation: 'require' }, { serves: [otherKitchen], uses: [otherKitchen] })
  t.is(crossed.objections[0], crossed.objections[1])
  t.regex(crossed.objections[0] ?? '', /demo.Kitchen \(one end.*, demo.Kitchen.howAreYou \(/)
  const served = meet({ serves: [kitchen], validation: 'require' }, { serves: [diner] })
  t.deepEqual(served.objections, [undefined, undefined])
})

test('methods are numbered through all contracts that the far end serves', t => {
  const { judgements } = meet({ uses: [diner, kitchen] }, { serves: [kitchen, diner] })
  t.deepEqual(
    judgements[0].uses.map(({ ours, first }) => [ours.contract.name, first]),
    [
      ['demo.Diner', 2],
      ['demo.Kitchen', 0],
    ],
  )
  t.deepEqual(
    judgements[1].serves.map(({ ours, first }) => [ours.contract.name, first]),
    [
      ['demo.Kitchen', 0],
      ['demo.Diner', 2],
    ],
  )
})

test('descriptors that were promised and are missing are an error that names the contract', t => {
  const ours = termsOf({ uses: [kitchen] })
  const theirs = greet(termsOf({ serves: [otherKitchen] }))
  t.throws(() => judge(ours)(theirs, undefined), { message: /no descriptors for demo.Kitchen/ })
  t.throws(() => judge(ours)(theirs, { _tag: 'Descriptors', contracts: [] }), { message: /demo.Kitchen/ })
  const garbage = { contract: 'demo.Kitchen', fileDescriptorSet: Uint8Array.of(0xff, 1, 2) }
  t.throws(() => judge(ours)(theirs, { _tag: 'Descriptors', contracts: [garbage] }))
})

const named = (name: string, print: number) =>
  ({
    contract: { name },
    fingerprint: Uint8Array.of(print),
    methods: [],
    descriptors: Uint8Array.of(print),
  }) as unknown as CompiledContract

const offers = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(2)), { selector: ([name]) => name, maxLength: 3 })
  .map(list => list.map(([name, print]) => named(name, print)))
const anyTerms = fc.record({
  serves: offers,
  uses: offers,
  validation: fc.constantFrom('report', 'require', 'off'),
})

test('both ends know alike whether descriptors are to be exchanged, and of which contracts', t => {
  let exchanged = 0
  t.notThrows(() => {
    fc.assert(
      fc.property(anyTerms, anyTerms, (a, b) => {
        const ours = describeFor(a)(greet(b))
        const theirs = describeFor(b)(greet(a))
        const names = (list: typeof ours) => [...new Set(list?.contracts.map(({ contract: name }) => name))].sort()
        assert.equal(ours === undefined, theirs === undefined)
        assert.deepEqual(names(ours), names(theirs))
        if (a.validation === 'off' || b.validation === 'off') assert.equal(ours, undefined)
        if (ours !== undefined) exchanged++
      }),
      { numRuns: 1_000 },
    )
  })
  t.true(exchanged > 100)
})

import test from 'ava'
import * as io from 'io-ts'
import { contract, request, stream } from 'sluice'
import { compileContract, type CompiledContract } from '../../src/contract/compile-contract.js'
import { describeFor, judge, offerOf, reportOf, verdictsOf, type Terms } from '../../src/session/judge.js'
import { sharedJudge, sharedReport } from '../../src/session/shared-judgement.js'
import type { Hello, Validation } from '../../src/wire/frame.js'
import { helloOf } from './arrange.js'

const withOutput = (output: io.Mixed): CompiledContract =>
  compileContract(
    contract('demo.Kitchen', { howAreYou: request(io.string, output), ticks: stream(io.number, io.number) }),
  )

const kitchen = withOutput(io.string)
const diner = compileContract(contract('demo.Diner', { bell: request(io.string, io.void) }))

const served: Terms = { serves: [kitchen], uses: [], validation: 'report' }

/** Each a hello of its own, as it comes over its own pipe. */
const greet = (uses: readonly CompiledContract[], validation: Validation = 'report'): Hello => ({
  ...helloOf({}),
  validation,
  uses: uses.map(each => ({ ...offerOf(each), fingerprint: each.fingerprint.slice() })),
})

const described = (uses: readonly CompiledContract[], theirs: Hello) =>
  describeFor({ serves: [], uses, validation: theirs.validation })({ ...helloOf({}), serves: [offerOf(kitchen)] })

const judged = (terms: Terms, uses: readonly CompiledContract[], validation?: Validation) => {
  const theirs = greet(uses, validation)
  const descriptors = described(uses, theirs)
  return { shared: sharedJudge(terms)(theirs, descriptors), own: judge(terms)(theirs, descriptors) }
}

test('far ends that offer the same have one judgement, which is the one that each would have', t => {
  const first = judged(served, [kitchen])
  t.is(judged(served, [kitchen]).shared, first.shared)
  t.deepEqual(first.shared, first.own)
})

test('all who speak the same contracts in a process share it; a contract of its own with the same descriptors has another', t => {
  const { shared } = judged(served, [kitchen])
  t.is(judged({ ...served, serves: [kitchen], uses: [] }, [kitchen]).shared, shared)
  const client = (uses: readonly CompiledContract[]): Terms => ({ serves: [], uses, validation: 'report' })
  t.is(judged(client([kitchen, diner]), []).shared, judged(client([kitchen, diner]), []).shared)
  const twin = withOutput(io.string)
  t.deepEqual(twin.fingerprint, kitchen.fingerprint)
  t.not(judged({ ...served, serves: [twin] }, [kitchen]).shared, shared)
  t.not(
    judged({ ...served, serves: [kitchen, twin] }, []).shared,
    judged({ ...served, serves: [kitchen, kitchen] }, []).shared,
  )
  t.not(judged(client([diner, twin]), []).shared, judged(client([diner, kitchen]), []).shared)
})

test('whatever differs between two far ends, or between this end’s terms, makes another judgement', t => {
  const other = withOutput(io.number)
  const all = [
    judged(served, [kitchen]),
    judged(served, [other]),
    judged(served, []),
    judged(served, [kitchen], 'off'),
    judged({ ...served, validation: 'require' }, [kitchen]),
    judged({ ...served, uses: [diner] }, [kitchen]),
  ]
  t.is(new Set(all.map(({ shared }) => shared)).size, all.length)
  for (const { shared, own } of all) t.deepEqual(verdictsOf(shared), verdictsOf(own))
})

test('two far ends under one fingerprint that describe themselves otherwise are two', t => {
  const theirs = greet([withOutput(io.number)])
  const descriptors = (each: CompiledContract) => ({
    _tag: 'Descriptors' as const,
    contracts: [{ contract: 'demo.Kitchen', fileDescriptorSet: each.descriptors }],
  })
  const honest = sharedJudge(served)(theirs, descriptors(withOutput(io.number)))
  const forged = sharedJudge(served)(theirs, descriptors(withOutput(io.array(io.string))))
  t.not(honest, forged)
})

test('only the latest kinds of far ends are remembered', t => {
  const terms: Terms = { ...served, serves: [withOutput(io.string)] } // nobody else's
  const kinds = [io.string, io.number, io.boolean, io.null, io.array(io.string)].map(withOutput)
  const first = judged(terms, [kinds[0] as CompiledContract]).shared
  for (const kind of kinds) judged(terms, [kind])
  t.not(judged(terms, [kinds[0] as CompiledContract]).shared, first)
})

test('far ends with the same verdicts share a report; where one names a difference it has another', t => {
  const { shared } = judged(served, [kitchen])
  const plain = () => verdictsOf(judge({ serves: [], uses: [kitchen], validation: 'report' })(greetServer(), undefined))
  const report = sharedReport(shared, plain())
  t.is(sharedReport(shared, plain()), report)
  t.deepEqual(report, reportOf(shared, plain()))
  const silent = { ...plain(), methods: [] }
  t.deepEqual(sharedReport(shared, silent), reportOf(shared, silent))
  const differing = {
    ...plain(),
    methods: plain().methods.map(method => ({
      ...method,
      kind: 'Mismatched' as const,
      differences: [{ path: 'x', ours: 'a', theirs: 'b', why: 'c' }],
    })),
  }
  t.not(sharedReport(shared, differing), report)
  t.deepEqual(sharedReport(shared, differing), reportOf(shared, differing))
})

const greetServer = (): Hello => ({ ...helloOf({}), serves: [offerOf(kitchen)] })

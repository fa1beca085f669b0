import type { CompiledContract } from '../contract/compile-contract.js'
import { judge, reportOf, type Terms } from './judge.js'
import { hex } from './proof.js'

/** How many kinds of far ends are remembered, the latest first: a server meets few, and each of them often. */
const mostKept = 4

/** Remembers what was made for an owner under the latest keys, each of which says all that it was made of. */
const remembering = <Made>() => {
  const remembered = new WeakMap<object, ReadonlyMap<string, Made>>()
  return (owner: object, key: string, make: () => Made): Made => {
    const kept = remembered.get(owner)
    const known = kept?.get(key)
    if (known !== undefined) return known
    const made = make()
    remembered.set(owner, new Map([[key, made], ...(kept ?? [])].slice(0, mostKept) as [string, Made][]))
    return made
  }
}

const judgements = remembering<ReturnType<ReturnType<typeof judge>>>()
const reports = remembering<ReturnType<typeof reportOf>>()

const numbers = new WeakMap<CompiledContract, number>()
let last = 0

/** Tells a contract of this end from any other: two with one fingerprint may still have codecs that differ. */
const numberOf = (contract: CompiledContract): number => {
  const number = numbers.get(contract) ?? ++last
  numbers.set(contract, number)
  return number
}

/**
 * {@link judge}, which makes one judgement for all far ends that offer and describe the same: a server of a thousand clients
 * keeps one, not a thousand, and so does a process with a thousand clients.
 */
export const sharedJudge =
  (terms: Terms): ReturnType<typeof judge> =>
  (theirs, descriptors) => {
    const described = descriptors?.contracts.map(({ contract, fileDescriptorSet }) => [
      contract,
      hex(fileDescriptorSet),
    ])
    const { validation, serves, uses } = terms
    const all = [
      validation,
      serves.map(numberOf),
      uses.map(numberOf),
      theirs.validation,
      theirs.serves,
      theirs.uses,
      described,
    ]
    // a contract is one object for all that speak it in this process
    return judgements(serves[0] ?? uses[0] ?? terms, JSON.stringify(all), () => judge(terms)(theirs, descriptors))
  }

/** {@link reportOf}, which makes one report of a judgement for all far ends with the same verdicts. */
export const sharedReport: typeof reportOf = (judgement, verdicts) =>
  reports(judgement, JSON.stringify(verdicts), () => reportOf(judgement, verdicts))

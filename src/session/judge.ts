import type { CompiledContract } from '../contract/compile-contract.js'
import {
  identicalMatch,
  matchContract,
  unverifiedMatch,
  type ContractMatch,
  type Difference,
  type Verdict,
} from '../contract/match-contract.js'
import type { Descriptors, Hello, MethodVerdict, Offer, Validation, Verdicts } from '../wire/frame.js'
import { equalBytes } from './proof.js'

/** The contracts of one end, and what it does about differences. */
export interface Terms {
  readonly serves: readonly CompiledContract[]
  readonly uses: readonly CompiledContract[]
  readonly validation: Validation
}

/** What this end made of one contract: of the far end's, if it has one of that name. */
export interface ContractJudgement {
  readonly ours: CompiledContract
  /** The far end's; `undefined` where it does not serve what we use, or does not use what we serve. */
  readonly theirs: Offer | undefined
  /** Number of its first method in the `Hello` of the end that serves it. */
  readonly first: number
  readonly match: ContractMatch
}

/** What this end made of all of them. */
export interface Judgement {
  readonly serves: readonly ContractJudgement[]
  readonly uses: readonly ContractJudgement[]
  /** Names of the contracts that one end would call and the other does not serve: both ends see both hellos. */
  readonly unmet: readonly string[]
  /** Whether either end refuses a session with mismatched methods. */
  readonly required: boolean
}

/** How a contract is announced in `Hello`. */
export const offerOf = ({ contract, fingerprint, methods }: CompiledContract): Offer => ({
  contract: contract.name,
  fingerprint,
  methods: methods.map(method => method.name),
})

const numbered = (offers: readonly Offer[]): ReadonlyMap<string, { readonly offer: Offer; readonly first: number }> => {
  const table = new Map<string, { readonly offer: Offer; readonly first: number }>()
  let first = 0
  for (const offer of offers) {
    table.set(offer.contract, { offer, first })
    first += offer.methods.length
  }
  return table
}

/** Our contracts that meet one of the far end's with another fingerprint: both ends see the same ones. */
const differing = (terms: Terms, theirs: Hello): readonly CompiledContract[] => {
  if (terms.validation === 'off' || theirs.validation === 'off') return []
  const meets = (offers: readonly Offer[]) => (ours: CompiledContract) =>
    offers.some(offer => offer.contract === ours.contract.name && !equalBytes(offer.fingerprint, ours.fingerprint))
  const found = [...terms.uses.filter(meets(theirs.serves)), ...terms.serves.filter(meets(theirs.uses))]
  return [...new Set(found)]
}

/** The descriptor sets that the far end needs; `undefined`: none. */
export const describeFor =
  (terms: Terms) =>
  (theirs: Hello): Descriptors | undefined => {
    const contracts = differing(terms, theirs).map(({ contract, descriptors }) => ({
      contract: contract.name,
      fileDescriptorSet: descriptors,
    }))
    return contracts.length === 0 ? undefined : { _tag: 'Descriptors', contracts }
  }

const allMethods = (ours: CompiledContract, verdict: Verdict): ContractMatch => ({
  methods: new Map(
    [...unverifiedMatch(ours).methods].map(([name, { decode }]) => [name, { verdict, decode }] as const),
  ),
})

const judgeContract = (
  terms: Terms,
  far: Hello,
  ours: CompiledContract,
  offer: Offer | undefined,
  descriptors: Descriptors | undefined,
  role: 'caller' | 'handler',
): ContractMatch => {
  if (terms.validation === 'off') return unverifiedMatch(ours, 'Disabled')
  if (offer === undefined) {
    // what we serve and nobody here uses is nobody's loss; what we use and nobody serves is
    if (role === 'handler') return unverifiedMatch(ours)
    const why = `the far end does not serve ${ours.contract.name}`
    return allMethods(ours, { _tag: 'Mismatched', differences: [{ path: '', ours: 'used', theirs: 'absent', why }] })
  }
  if (equalBytes(offer.fingerprint, ours.fingerprint)) return identicalMatch(ours)
  if (far.validation === 'off') return unverifiedMatch(ours)
  const described = descriptors?.contracts.find(({ contract }) => contract === offer.contract)
  if (described === undefined)
    throw new Error(`the far end sent no descriptors for ${offer.contract}, though its fingerprint differs`)
  return matchContract(ours, described.fileDescriptorSet, role)
}

/** Contracts that an end would call and that nobody serves it; none where it does not look. */
const unserved = (validation: Validation, uses: readonly Offer[], serves: readonly Offer[]): readonly string[] =>
  validation === 'off'
    ? []
    : uses.map(({ contract }) => contract).filter(name => !serves.some(({ contract }) => contract === name))

/**
 * Makes something of the far end's contracts: as a caller of what it answers, as a server of what it asks.
 *
 * @throws an error that names the contract when its descriptors are missing or not to be believed
 */
export const judge =
  (terms: Terms) =>
  (theirs: Hello, descriptors: Descriptors | undefined): Judgement => {
    const theirServes = numbered(theirs.serves)
    const theirUses = numbered(theirs.uses)
    let next = 0
    return {
      required: terms.validation === 'require' || theirs.validation === 'require',
      unmet: [
        ...unserved(terms.validation, terms.uses.map(offerOf), theirs.serves),
        ...unserved(theirs.validation, theirs.uses, terms.serves.map(offerOf)),
      ],
      uses: terms.uses.map(ours => {
        const found = theirServes.get(ours.contract.name)
        const match = judgeContract(terms, theirs, ours, found?.offer, descriptors, 'caller')
        return { ours, theirs: found?.offer, first: found?.first ?? 0, match }
      }),
      serves: terms.serves.map(ours => {
        const first = next
        next += ours.methods.length
        const found = theirUses.get(ours.contract.name)
        const match = judgeContract(terms, theirs, ours, found?.offer, descriptors, 'handler')
        return { ours, theirs: found?.offer, first, match }
      }),
    }
  }

const verdictOf = (contract: string, method: string, serving: boolean, verdict: Verdict): MethodVerdict => ({
  contract,
  method,
  serving,
  kind: verdict._tag,
  differences: verdict._tag === 'Mismatched' ? verdict.differences : [],
  notes: verdict._tag === 'Compatible' ? verdict.notes : [],
})

/** The judgement as it is sent: only of contracts that both ends know. */
export const verdictsOf = ({ serves, uses }: Judgement): Verdicts => {
  const list = (judged: readonly ContractJudgement[], serving: boolean): MethodVerdict[] =>
    judged.flatMap(({ ours, theirs, match }) =>
      theirs === undefined
        ? []
        : [...match.methods].map(([name, { verdict }]) => verdictOf(ours.contract.name, name, serving, verdict)),
    )
  return { _tag: 'Verdicts', methods: [...list(serves, true), ...list(uses, false)] }
}

/** What both ends made of one method. */
export interface MethodReport {
  readonly contract: string
  readonly method: string
  /** Whether this end serves the method or uses it. */
  readonly side: 'serves' | 'uses'
  /** What this end made of what it reads: the answers of a method it uses, the requests of one it serves. */
  readonly verdict: Verdict
  /** What the far end made of what it reads; `undefined` when it said nothing of this method. */
  readonly theirVerdict: Verdict | undefined
}

/** The handshake's verdict, method by method. */
export interface SchemaReport {
  readonly methods: readonly MethodReport[]
  /** True when neither end found a mismatched method. */
  readonly compatible: boolean
}

const fromWire = ({ kind, differences, notes }: MethodVerdict): Verdict => {
  if (kind === 'Mismatched')
    // what is ours to the far end is theirs to us
    return { _tag: kind, differences: differences.map(d => ({ ...d, ours: d.theirs, theirs: d.ours })) }
  return kind === 'Compatible' ? { _tag: kind, notes } : { _tag: kind }
}

/** Puts both ends' verdicts side by side. */
export const reportOf = ({ serves, uses }: Judgement, theirs: Verdicts): SchemaReport => {
  const key = (contract: string, method: string, serving: boolean) => `${serving ? 's' : 'u'} ${contract} ${method}`
  const said = new Map(theirs.methods.map(verdict => [key(verdict.contract, verdict.method, verdict.serving), verdict]))
  const rows = (judged: readonly ContractJudgement[], side: 'serves' | 'uses'): MethodReport[] =>
    judged.flatMap(({ ours, match }) =>
      [...match.methods].map(([method, { verdict }]) => {
        const contract = ours.contract.name
        const far = said.get(key(contract, method, side === 'uses'))
        return { contract, method, side, verdict, theirVerdict: far === undefined ? undefined : fromWire(far) }
      }),
    )
  const methods = [...rows(serves, 'serves'), ...rows(uses, 'uses')]
  return { methods, compatible: methods.every(report => differencesOf(report).length === 0) }
}

/** Everything that keeps a method from working, whichever end found it. */
export const differencesOf = ({ verdict, theirVerdict }: MethodReport): readonly Difference[] => [
  ...(verdict._tag === 'Mismatched' ? verdict.differences : []),
  ...(theirVerdict?._tag === 'Mismatched' ? theirVerdict.differences : []),
]

const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort()

/** Why there is to be no session, where an end requires that the contracts match; both ends say it in the same words. */
export const objectionTo = (judgement: Judgement, theirs: Verdicts): string | undefined => {
  if (!judgement.required) return undefined
  const { unmet, uses } = judgement
  const isUnserved = ({ side, contract }: MethodReport) =>
    side === 'uses' && uses.some(({ ours, theirs: offer }) => offer === undefined && ours.contract.name === contract)
  const bad = reportOf(judgement, theirs).methods.filter(
    report => differencesOf(report).length > 0 && !isUnserved(report),
  )
  if (bad.length + unmet.length === 0) return undefined
  const list = sorted([
    ...unmet.map(name => `${name} (one end uses it, and the other does not serve it)`),
    ...bad.map(report => {
      const why = differencesOf(report).map(({ path, why }) => (path === '' ? why : `${path}: ${why}`))
      return `${report.contract}.${report.method} (${sorted(why).join('; ')})`
    }),
  ])
  return `validation is required, and what the two ends know does not match: ${list.join(', ')}: bring both ends to one contract`
}

import type { CallingEnd, ServingEnd } from '../call/method-end.js'
import type { CompiledMethod } from '../contract/compile-contract.js'
import type { Difference } from '../contract/match-contract.js'
import { differencesOf, type ContractJudgement, type Judgement, type SchemaReport } from '../session/judge.js'

const mismatchOf = (
  report: SchemaReport,
  contract: string,
  method: string,
  side: 'uses' | 'serves',
): readonly Difference[] | undefined => {
  const row = report.methods.find(r => r.contract === contract && r.method === method && r.side === side)
  const differences = row === undefined ? [] : differencesOf(row)
  return differences.length === 0 ? undefined : differences
}

const callingEnd = (
  { ours, theirs, first, match }: ContractJudgement,
  { name, method, input, output, failure }: CompiledMethod,
  report: SchemaReport,
): CallingEnd => {
  const decode = match.methods.get(name)?.decode
  const position = theirs?.methods.indexOf(name) ?? -1
  return {
    name,
    kind: method.kind,
    options: method.options,
    number: position < 0 ? undefined : first + position,
    encodeInput: input.encode,
    decodeOutput: decode?.output ?? output.decode,
    decodeFailure: decode?.failure ?? failure?.decode,
    mismatch: mismatchOf(report, ours.contract.name, name, 'uses'),
  }
}

const servingEnd = (
  { ours, match }: ContractJudgement,
  { name, method, input, output, failure }: CompiledMethod,
  report: SchemaReport,
): ServingEnd => ({
  name,
  kind: method.kind,
  options: method.options,
  decodeInput: match.methods.get(name)?.decode.input ?? input.decode,
  encodeOutput: output.encode,
  encodeFailure: failure?.encode,
  isFailure: error => method.failure?.is(error) ?? false,
  mismatch: mismatchOf(report, ours.contract.name, name, 'serves'),
})

/** The methods of a session, as the handshake left them. */
export interface MethodEnds {
  /** Those that this end serves, by their number. */
  readonly serving: readonly ServingEnd[]
  /** Those that it uses, by name. */
  readonly calling: ReadonlyMap<string, CallingEnd>
}

const known = new WeakMap<SchemaReport, MethodEnds>()

/** The methods of a session. A report is of one judgement: sessions that share it share all that follows from it. */
export const methodEnds = (judgement: Judgement, report: SchemaReport): MethodEnds => {
  const made = known.get(report) ?? {
    serving: judgement.serves.flatMap(judged => judged.ours.methods.map(method => servingEnd(judged, method, report))),
    calling: new Map(
      judgement.uses.flatMap(judged =>
        judged.ours.methods.map(method => [method.name, callingEnd(judged, method, report)] as const),
      ),
    ),
  }
  known.set(report, made)
  return made
}

import type { Difference, Verdict } from './match-contract.js'

/** The verdict on one method, as a report tells it. */
export interface ReportedMethod {
  readonly contract: string
  readonly method: string
  /** what this end made of what it reads */
  readonly verdict: Verdict
  /** what the far end made of what it reads, where it said so */
  readonly theirVerdict?: Verdict | undefined
}

/** How many differences, or notes, of one method are spelled out. */
const shown = 5

/**
 * What the two ends make of each other's contracts, for a person to read.
 *
 * One line where all is well, else a heading and, below it, each method that is not: mismatched ones first, every
 * difference with its path, what we have, what the far end has, and why it breaks.
 *
 * Takes what `schema$` emits, and what {@link compareContracts} gives.
 *
 * @example
 * ```text
 * schemas: 5 methods identical, 1 compatible, 1 mismatched
 *   demo.Kitchen.makeSandwich is mismatched: its calls fail with SchemaMismatch
 *     output.price: ours is int32, theirs is string: the kinds differ
 *   demo.Kitchen.ticks is compatible
 *     output.at: is dropped, we do not have it
 * ```
 */
export const formatReport = (report: { readonly methods: readonly ReportedMethod[] }): string => {
  const methods = report.methods.map(method => ({ ...method, verdict: worst(method.verdict, method.theirVerdict) }))
  const of = (tag: Verdict['_tag']) => methods.filter(({ verdict }) => verdict._tag === tag)
  const counts = (['Identical', 'Compatible', 'Mismatched', 'Unverified', 'Disabled'] as const)
    .map(tag => [of(tag).length, tag] as const)
    .filter(([count]) => count > 0)
    .map(([count, tag], index) => `${count}${index === 0 ? (count === 1 ? ' method' : ' methods') : ''} ${words[tag]}`)
  const head = `schemas: ${counts.length === 0 ? 'no methods in common' : counts.join(', ')}`
  return [head, ...[...of('Mismatched'), ...of('Compatible')].flatMap(formatMethod)].join('\n')
}

// a method works when both ends can read it
const worst = (ours: Verdict, theirs: Verdict | undefined): Verdict => {
  if (theirs === undefined) return ours
  const differences = [ours, theirs].flatMap(verdict => (verdict._tag === 'Mismatched' ? verdict.differences : []))
  if (differences.length > 0) return { _tag: 'Mismatched', differences }
  if (ours._tag === 'Compatible' || theirs._tag === 'Compatible') {
    const notes = [...notesOf(ours), ...notesOf(theirs).map(note => `the far end: ${note}`)]
    return { _tag: 'Compatible', notes }
  }
  return ours
}

const notesOf = (verdict: Verdict): readonly string[] => (verdict._tag === 'Compatible' ? verdict.notes : [])

const words = {
  Identical: 'identical',
  Compatible: 'compatible',
  Mismatched: 'mismatched',
  Unverified: 'not verified',
  Disabled: 'not looked at',
} as const

const formatMethod = ({ contract, method, verdict }: ReportedMethod): readonly string[] => {
  const name = `${contract}.${method}`
  if (verdict._tag === 'Mismatched')
    return [
      `  ${name} is mismatched: its calls fail with SchemaMismatch`,
      ...listed(verdict.differences.map(formatDifference)),
    ]
  if (verdict._tag === 'Compatible') return [`  ${name} is compatible`, ...listed(verdict.notes)]
  return []
}

const listed = (lines: readonly string[]): readonly string[] => [
  ...lines.slice(0, shown).map(line => `    ${printable(line)}`),
  ...(lines.length > shown ? [`    and ${lines.length - shown} more`] : []),
]

/** One difference in a line. */
export const formatDifference = ({ path, ours, theirs, why }: Difference): string =>
  `${path === '' ? 'the method' : path}: ours is ${ours}, theirs is ${theirs}: ${why}`

// names come from the far end too, and a report goes to a terminal
const printable = (text: string): string => {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain
}

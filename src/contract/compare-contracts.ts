import { compareTypes, type Difference } from '../schema/compare-types.js'
import { readDescriptorSet } from '../schema/descriptor-read.js'
import type { FileDescriptor, MethodDescriptor } from '../schema/descriptor.js'
import { Fit } from '../schema/fit.js'
import { DescriptorTypes } from '../schema/types-of-descriptor.js'
import type { AnyContract } from './contract-set.js'
import { describe } from './describe.js'
import { formatReport, type ReportedMethod } from './format-report.js'
import { kindOf, type Verdict } from './match-contract.js'

/**
 * Who is to understand whom.
 *
 * | mode | holds when |
 * |---|---|
 * | `backward` | ends with the new contract read what ends with the old one write |
 * | `forward` | ends with the old contract read what ends with the new one write |
 * | `full` | both |
 */
export type CompareMode = 'backward' | 'forward' | 'full'

/** What a change of a contract does. */
export interface ContractComparison {
  /** false when a method is mismatched, in a direction that the mode asks for */
  readonly compatible: boolean
  /** every method of either version */
  readonly methods: readonly ReportedMethod[]
  /** the same, for a person to read */
  readonly report: string
}

/** A contract, or what was kept of one: a snapshot's bytes, or any `google.protobuf.FileDescriptorSet`. */
export type Described = AnyContract | Uint8Array

/**
 * Compares two versions of a contract, as two ends that speak them would: the same verdict as at a handshake, offline.
 *
 * Both sides of every method are looked at, since either version may call and either may handle. A method that the new
 * version lacks is mismatched in mode `backward`: the old version's calls of it fail. One that it adds harms nobody.
 *
 * @example
 * ```ts
 * const { compatible, report } = compareContracts(await readFile('kitchen.snapshot'), Kitchen, { mode: 'full' })
 * if (!compatible) throw new Error(report)
 * ```
 */
export const compareContracts = (
  old: Described,
  now: Described,
  { mode = 'full' }: { readonly mode?: CompareMode } = {},
): ContractComparison => {
  const [before, after] = [versionOf(old), versionOf(now)]
  const methods: ReportedMethod[] = []
  for (const [name, { contract, method, descriptor }] of before.methods) {
    const twin = after.methods.get(name)?.descriptor
    const verdicts: Verdict[] = []
    if (mode !== 'forward') verdicts.push(verdictOf(after.types, twin, before.types, descriptor))
    if (mode !== 'backward') verdicts.push(verdictOf(before.types, descriptor, after.types, twin))
    methods.push({ contract, method, verdict: worst(verdicts) })
  }
  for (const [name, { contract, method }] of after.methods)
    if (!before.methods.has(name))
      methods.push({ contract, method, verdict: { _tag: 'Compatible', notes: ['the new version adds it'] } })
  return {
    compatible: methods.every(({ verdict }) => verdict._tag !== 'Mismatched'),
    methods,
    report: formatReport({ methods }),
  }
}

interface Version {
  readonly types: DescriptorTypes
  readonly methods: ReadonlyMap<
    string,
    { readonly contract: string; readonly method: string; readonly descriptor: MethodDescriptor }
  >
}

const versionOf = (described: Described): Version => {
  // our own files, whatever their size: the limits are for far ends
  const files = readDescriptorSet(described instanceof Uint8Array ? described : describe(described), {
    bytes: Infinity,
    items: Infinity,
    nesting: 100,
  })
  const methods = files.flatMap(file =>
    file.services.flatMap(service =>
      service.methods.map(descriptor => {
        const contract = fullName(file, service.name)
        const method = descriptor.key === '' ? descriptor.name : descriptor.key
        return [`${contract}.${method}`, { contract, method, descriptor }] as const
      }),
    ),
  )
  return { types: new DescriptorTypes(files), methods: new Map(methods) }
}

const fullName = (file: FileDescriptor, name: string): string =>
  file.package === '' ? name : `${file.package}.${name}`

const verdictOf = (
  readers: DescriptorTypes,
  reader: MethodDescriptor | undefined,
  writers: DescriptorTypes,
  writer: MethodDescriptor | undefined,
): Verdict => {
  const gone = (ours: string, theirs: string, why: string): Verdict => ({
    _tag: 'Mismatched',
    differences: [{ path: '', ours, theirs, why }],
  })
  if (reader === undefined || writer === undefined) {
    const kind = kindOf((reader ?? writer) as MethodDescriptor)
    return reader === undefined
      ? gone('nothing', kind, 'the method is gone or has another name')
      : { _tag: 'Compatible', notes: [] }
  }
  if (kindOf(reader) !== kindOf(writer))
    return gone(kindOf(reader), kindOf(writer), 'one value and many values are not the same')
  const differences: Difference[] = []
  const notes: string[] = []
  for (const part of ['input', 'output', 'failure'] as const) {
    if (writer[part] === '') continue
    if (reader[part] === '') {
      differences.push({ path: part, ours: 'nothing', theirs: writer[part].slice(1), why: 'no such failure is known' })
      continue
    }
    const found = compareTypes(new Fit(), readers.topLevel(reader[part]), writers.topLevel(writer[part]), part)
    differences.push(...found.differences)
    notes.push(...found.notes)
  }
  if (differences.length > 0) return { _tag: 'Mismatched', differences }
  return notes.length === 0 ? { _tag: 'Identical' } : { _tag: 'Compatible', notes }
}

const worst = (verdicts: readonly Verdict[]): Verdict => {
  const differences = verdicts.flatMap(verdict => (verdict._tag === 'Mismatched' ? verdict.differences : []))
  if (differences.length > 0) return { _tag: 'Mismatched', differences }
  const notes = verdicts.flatMap(verdict => (verdict._tag === 'Compatible' ? verdict.notes : []))
  return verdicts.some(verdict => verdict._tag === 'Compatible')
    ? { _tag: 'Compatible', notes: [...new Set(notes)] }
    : { _tag: 'Identical' }
}

/**
 * What to keep of a contract in a file, so that a later version can be held against it: its descriptors.
 *
 * @example
 * ```ts
 * await writeFile('kitchen.snapshot', snapshot(Kitchen))
 * ```
 */
export const snapshot = (contracts: AnyContract): Uint8Array => describe(contracts)

import type { Decode } from '../schema/codec.js'
import { CoderFactory } from '../schema/coder.js'
import { compareTypes, type Comparison, type Difference } from '../schema/compare-types.js'
import { DescriptorError } from '../schema/descriptor-error.js'
import { readDescriptorSet, type DescriptorLimits } from '../schema/descriptor-read.js'
import type { MethodDescriptor } from '../schema/descriptor.js'
import { Fit, TooManyPairs } from '../schema/fit.js'
import { Resolver } from '../schema/resolve.js'
import type { Type } from '../schema/type.js'
import { DescriptorTypes } from '../schema/types-of-descriptor.js'
import type { CompiledContract } from './compile-contract.js'
import { deriveContract, type MethodTypes } from './derive-contract.js'

export type { Difference } from '../schema/compare-types.js'

/** What one end made of the other's idea of a method. */
export type Verdict =
  | { readonly _tag: 'Identical' }
  | { readonly _tag: 'Compatible'; readonly notes: readonly string[] }
  | { readonly _tag: 'Mismatched'; readonly differences: readonly Difference[] }
  | { readonly _tag: 'Unverified' }
  | { readonly _tag: 'Disabled' }

/** The decoders for what the far end writes. */
export interface MethodDecoders {
  readonly input?: Decode<unknown>
  readonly output?: Decode<unknown>
  readonly failure?: Decode<unknown>
}

/** The verdict on one method, and the decoders that hold if it is not `Mismatched`. */
export interface MethodMatch {
  readonly verdict: Verdict
  readonly decode: MethodDecoders
}

/** The verdict on every method of ours. */
export interface ContractMatch {
  readonly methods: ReadonlyMap<string, MethodMatch>
}

/** Which end we are: the one that calls the contract's methods, or the one that handles them. */
export type Role = 'caller' | 'handler'

const everyMethod = (ours: CompiledContract, verdict: Verdict): ContractMatch => ({
  methods: new Map(
    ours.methods.map(({ name, input, output, failure }) => [
      name,
      {
        verdict,
        decode: {
          input: input.decode,
          output: output.decode,
          ...(failure === undefined ? {} : { failure: failure.decode }),
        },
      },
    ]),
  ),
})

/** The match of two ends whose fingerprints are equal: no descriptor is looked at. */
export const identicalMatch = (ours: CompiledContract): ContractMatch => everyMethod(ours, { _tag: 'Identical' })

/** The match of two ends that have not looked at each other: the far end is taken to be like us. */
export const unverifiedMatch = (
  ours: CompiledContract,
  verdict: 'Unverified' | 'Disabled' = 'Unverified',
): ContractMatch => everyMethod(ours, { _tag: verdict })

interface Kept {
  readonly role: Role
  readonly theirs: Uint8Array
  readonly match: ContractMatch
}

// what was matched before: sessions come and go, contracts rarely change
const matched = new WeakMap<CompiledContract, readonly Kept[]>()

/** How many far ends' matches are kept for one contract, the latest first. */
const maxKept = 4

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

/**
 * Judges the far end's idea of a contract against ours, and makes the decoders for what it writes.
 *
 * As a caller we read outputs and failures, as a handler inputs; only those are judged. What a far end of another version
 * writes is read by the names of its properties, whatever their order and numbers.
 *
 * @param ours - our end of the contract
 * @param theirs - a serialised `google.protobuf.FileDescriptorSet` from the far end, trusted in nothing
 * @param role - which end we are
 * @param limits - how much of the descriptor is looked at
 * @throws {@link DescriptorError} when the descriptor is malformed, past a limit, or lacks the contract
 */
export const matchContract = (
  ours: CompiledContract,
  theirs: Uint8Array,
  role: Role,
  limits: DescriptorLimits = {},
): ContractMatch => {
  const kept = matched.get(ours) ?? []
  // compared byte by byte: a key that a far end could forge would give its session another's decoders
  const known = kept.find(each => each.role === role && sameBytes(each.theirs, theirs))
  if (known !== undefined) return known.match
  const match = judge(ours, theirs, role, limits)
  matched.set(ours, [{ role, theirs: theirs.slice(), match }, ...kept].slice(0, maxKept))
  return match
}

const judge = (ours: CompiledContract, theirs: Uint8Array, role: Role, limits: DescriptorLimits): ContractMatch => {
  const files = readDescriptorSet(theirs, limits)
  const { name } = ours.contract
  const services = files.flatMap(file =>
    file.services.map(service => ({
      name: file.package === '' ? service.name : `${file.package}.${service.name}`,
      service,
    })),
  )
  const service = services.find(each => each.name === name)?.service
  const methods = new Map(service?.methods.map(method => [method.key === '' ? method.name : method.key, method]))
  const types = new DescriptorTypes(files)
  const fit = new Fit()
  const resolver = new Resolver(fit)
  const factory = new CoderFactory(ours.options)
  const judged = new Map<string, MethodMatch>()
  for (const mine of deriveContract(ours.contract)) {
    const other = methods.get(mine.name)
    try {
      judged.set(mine.name, matchMethod(mine, other, role, { types, fit, resolver, factory }))
    } catch (error) {
      if (error instanceof TooManyPairs) throw new DescriptorError('too large to compare', { cause: error })
      throw error
    }
  }
  return { methods: judged }
}

interface Bench {
  readonly types: DescriptorTypes
  readonly fit: Fit
  readonly resolver: Resolver
  readonly factory: CoderFactory
}

const matchMethod = (mine: MethodTypes, other: MethodDescriptor | undefined, role: Role, bench: Bench): MethodMatch => {
  const { kind } = mine.method
  if (other === undefined)
    return mismatched([{ path: '', ours: kind, theirs: 'nothing', why: 'the far end does not have this method' }])
  const theirKind = kindOf(other)
  if (theirKind !== kind)
    return mismatched([{ path: '', ours: kind, theirs: theirKind, why: 'one value and many values are not the same' }])
  const parts: { readonly part: keyof MethodDecoders; readonly reader: Type; readonly writer: string }[] = []
  if (role === 'handler') parts.push({ part: 'input', reader: mine.input, writer: other.input })
  else {
    if (kind !== 'event') parts.push({ part: 'output', reader: mine.output, writer: other.output })
    if (other.failure !== '')
      if (mine.failure !== undefined) parts.push({ part: 'failure', reader: mine.failure, writer: other.failure })
      else
        return mismatched([
          {
            path: 'failure',
            ours: 'nothing',
            theirs: other.failure.slice(1),
            why: 'the far end fails with it, and we know no failure',
          },
        ])
  }
  const differences: Difference[] = []
  const notes: string[] = []
  const decode: { -readonly [K in keyof MethodDecoders]: MethodDecoders[K] } = {}
  for (const { part, reader, writer } of parts) {
    const theirs = bench.types.topLevel(writer)
    const found: Comparison = bench.fit.fits(reader, theirs)
      ? { differences: [], notes: compareTypes(bench.fit, reader, theirs, part).notes }
      : compareTypes(bench.fit, reader, theirs, part)
    differences.push(...found.differences)
    notes.push(...found.notes)
    if (bench.fit.fits(reader, theirs)) decode[part] = bench.factory.decoder(reader, theirs, bench.resolver)
  }
  if (differences.length > 0) return mismatched(differences)
  return { verdict: notes.length === 0 ? { _tag: 'Identical' } : { _tag: 'Compatible', notes }, decode }
}

const mismatched = (differences: readonly Difference[]): MethodMatch => ({
  verdict: { _tag: 'Mismatched', differences },
  decode: {},
})

/** The kind of call that a descriptor's method is: as it says, or as its streaming says. */
export const kindOf = (method: MethodDescriptor): string => {
  if (method.kind !== '') return method.kind
  if (method.clientStreaming) return method.serverStreaming ? 'channel' : 'upload'
  return method.serverStreaming ? 'stream' : 'request'
}

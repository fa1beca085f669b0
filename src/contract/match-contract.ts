import type { Decode } from '../schema/codec.js'
import type { CompiledContract } from './compile-contract.js'

/** One place where the two ends differ so that calls cannot be understood. */
export interface Difference {
  /** from the method on, such as `input.order.bread`; empty for the method itself */
  readonly path: string
  readonly ours: string
  readonly theirs: string
  readonly why: string
}

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

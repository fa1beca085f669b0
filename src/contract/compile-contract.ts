import type { Coder } from '../schema/codec.js'
import { CoderFactory, type CoderOptions } from '../schema/coder.js'
import { fingerprint } from '../schema/fingerprint.js'
import type { Contract } from './contract-set.js'
import { deriveContract } from './derive-contract.js'
import { describe } from './describe.js'
import type { AnyMethod } from './method.js'

/** One method, with the functions that carry its values. */
export interface CompiledMethod {
  readonly name: string
  readonly method: AnyMethod
  readonly input: Coder<unknown>
  readonly output: Coder<unknown>
  readonly failure: Coder<unknown> | undefined
}

/** A contract, ready to be spoken. */
export interface CompiledContract {
  readonly contract: Contract
  /** SHA-256 of `descriptors`, 32 bytes */
  readonly fingerprint: Uint8Array
  /** a serialised `google.protobuf.FileDescriptorSet` */
  readonly descriptors: Uint8Array
  /** in the order of declaration */
  readonly methods: readonly CompiledMethod[]
  readonly options: CoderOptions
}

const compiled = new WeakMap<Contract, Map<string, CompiledContract>>()

/**
 * The encoders, decoders, descriptors and fingerprint of a contract; made once per contract and options.
 *
 * Encoders write with our own descriptor, decoders read what our own descriptor wrote; for what a far end with another
 * descriptor writes see {@link matchContract}.
 */
export const compileContract = (contract: Contract, options: CoderOptions = {}): CompiledContract => {
  const variants = compiled.get(contract) ?? new Map<string, CompiledContract>()
  compiled.set(contract, variants)
  const variant = String(options.codegen)
  const known = variants.get(variant)
  if (known !== undefined) return known
  const factory = new CoderFactory(options)
  const descriptors = describe(contract)
  const made: CompiledContract = {
    contract,
    descriptors,
    fingerprint: fingerprint(descriptors),
    methods: deriveContract(contract).map(({ name, method, input, output, failure }) => ({
      name,
      method,
      input: factory.coder(input),
      output: factory.coder(output),
      failure: failure === undefined ? undefined : factory.coder(failure),
    })),
    options,
  }
  variants.set(variant, made)
  return made
}

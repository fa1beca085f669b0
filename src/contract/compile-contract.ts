import type { Coder } from '../schema/codec.js'
import type { Contract } from './contract.js'
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
}

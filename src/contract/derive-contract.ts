import { Derivation } from '../schema/derive.js'
import { isIdentifierLike } from '../schema/identifier.js'
import type { Type } from '../schema/type.js'
import { Unmappable } from '../schema/unmappable.js'
import { ContractError } from './contract-error.js'
import type { Contract } from './contract-set.js'
import type { AnyMethod } from './method.js'

/** A method with the wire forms of its codecs. */
export interface MethodTypes {
  readonly name: string
  readonly method: AnyMethod
  readonly input: Type
  readonly output: Type
  readonly failure: Type | undefined
}

const derived = new WeakMap<Contract, readonly MethodTypes[]>()

/**
 * The wire forms of everything that a contract carries, in the order of declaration; derived once.
 *
 * @throws {@link ContractError} when a codec has none
 */
export const deriveContract = (contract: Contract): readonly MethodTypes[] => {
  const known = derived.get(contract)
  if (known !== undefined) return known
  if (!contract.name.split('.').every(isIdentifierLike))
    throw new ContractError(
      contract.name,
      '',
      '',
      'the name is no protobuf name',
      'use identifiers joined by dots, such as demo.Kitchen',
    )
  const derivation = new Derivation()
  const methods = Object.entries(contract.methods).map(([name, method]): MethodTypes => {
    const derive = (part: 'input' | 'output' | 'failure', codec: AnyMethod['input']): Type => {
      try {
        return derivation.derive(codec)
      } catch (error) {
        if (!(error instanceof Unmappable)) throw error
        const path = error.path === '' ? part : `${part}.${error.path}`
        throw new ContractError(contract.name, name, path, error.why, error.remedy)
      }
    }
    return {
      name,
      method,
      input: derive('input', method.input),
      output: derive('output', method.output),
      failure: method.failure === undefined ? undefined : derive('failure', method.failure),
    }
  })
  derived.set(contract, methods)
  return methods
}

import type { AnyMethod } from './method.js'
import { ContractError } from './contract-error.js'
import { checkContract } from './check-contract.js'
import type { Contract, ContractSet, MethodTable } from './contract-set.js'

export { contractsOf } from './contract-set.js'
export type { AnyContract, Contract, ContractSet, MethodsOf, MethodTable } from './contract-set.js'

/**
 * Makes a contract: what one end serves and the other uses.
 *
 * @example
 * ```ts
 * export const Kitchen = contract('demo.Kitchen', {
 *   howAreYou: request(t.void, Mood),
 *   makeSandwich: request(Order, Sandwich, { failure: OutOfBread, idempotent: true }),
 * })
 * ```
 *
 * @param name - identifiers joined by dots; all but the last make up the protobuf package
 * @param methods - by name; the order counts for nothing but the descriptor's numbers
 * @throws {@link ContractError} when a codec has no protobuf form; it names the method, the path and the remedy
 */
export const contract = <const Name extends string, Methods extends MethodTable>(
  name: Name,
  methods: Methods,
): Contract<Name, Methods> => {
  const made: Contract<Name, Methods> = { name, methods }
  checkContract(made)
  return made
}

type Joined<Cs extends readonly Contract[]> = Cs extends readonly [
  infer First extends Contract,
  ...infer Rest extends readonly Contract[],
]
  ? First['methods'] & Joined<Rest>
  : unknown

type Flat<T> = { readonly [K in keyof T]: T[K] }

/**
 * Joins several contracts into one value, accepted wherever one contract is.
 *
 * @throws {@link ContractError} when two of them have a name or a method's name in common
 */
export const all = <const Cs extends readonly Contract[]>(
  ...contracts: Cs
): ContractSet<Flat<Joined<Cs>> extends infer M extends MethodTable ? M : never> => {
  const owner = new Map<string, string>()
  const methods = Object.create(null) as Record<string, AnyMethod>
  contracts.forEach((each, index) => {
    if (contracts.findIndex(other => other.name === each.name) !== index)
      throw new ContractError(each.name, '', '', 'stands twice among the contracts', 'join each contract once')
    for (const [name, method] of Object.entries(each.methods)) {
      const first = owner.get(name)
      if (first !== undefined)
        throw new ContractError(each.name, name, '', `${first} has a method of that name too`, 'rename one of the two')
      owner.set(name, each.name)
      methods[name] = method
    }
  })
  return { contracts, methods: methods as never }
}

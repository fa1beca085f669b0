import type { AnyMethod } from './method.js'

/** Methods by name, in the order of their declaration. */
export type MethodTable = Readonly<Record<string, AnyMethod>>

/** What two ends agree on: a name and a record of methods. */
export interface Contract<Name extends string = string, Methods extends MethodTable = MethodTable> {
  readonly name: Name
  readonly methods: Methods
}

/** Several contracts as one: what `all` makes. */
export interface ContractSet<Methods extends MethodTable = MethodTable> {
  readonly contracts: readonly Contract[]
  readonly methods: Methods
}

/** Wherever contracts are taken, one will do and several will do. */
export type AnyContract = Contract | ContractSet

/** The methods of one contract, or of several joined by `all`. */
export type MethodsOf<X> = X extends { readonly methods: infer M extends MethodTable } ? M : never

/** The contracts that make up a value: one for a contract, each for several joined by `all`. */
export const contractsOf = (contracts: AnyContract): readonly Contract[] =>
  'contracts' in contracts ? contracts.contracts : [contracts]

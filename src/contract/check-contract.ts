import { checkOptions, count, duration, type Rules } from '../error/check-options.js'
import { InvalidOption } from '../error/invalid-option.js'
import { ContractError } from './contract-error.js'
import type { Contract } from './contract-set.js'
import { filesOf } from './describe.js'
import type { AnyMethod } from './method.js'

const kinds: readonly unknown[] = ['request', 'stream', 'upload', 'channel', 'event']

const isCodec = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { readonly validate?: unknown }).validate === 'function'

/** Types keep these out; a circular import, or a program without types, lets them in. */
const checkMethod = (contract: string, name: string, method: Partial<AnyMethod> | undefined): void => {
  if (typeof method !== 'object' || !kinds.includes(method.kind))
    throw new ContractError(
      contract,
      name,
      '',
      'is no method',
      'make it with request, stream, upload, channel or event',
    )
  for (const part of ['input', 'output', 'failure'] as const) {
    const codec: unknown = method[part]
    if (isCodec(codec) || (part === 'failure' && codec === undefined)) continue
    const remedy =
      codec === undefined
        ? 'import its module before this one: modules that import each other may see undefined'
        : 'wrap it, as in t.type({ name: t.string })'
    throw new ContractError(contract, name, part, 'is no io-ts codec', remedy)
  }
}

const optionRules: Rules = { timeout: duration, credit: { items: count, bytes: count } }

const checkMethodOptions = (contract: string, name: string, { options }: AnyMethod): void => {
  try {
    checkOptions('options', options, optionRules)
  } catch (error) {
    if (!(error instanceof InvalidOption)) throw error
    throw new ContractError(contract, name, error.option, `is ${String(error.value)}`, `give ${error.wanted}`)
  }
}

/** Refuses a contract that has no protobuf form, by trying. */
export const checkContract = (contract: Contract): void => {
  for (const [name, method] of Object.entries(contract.methods)) {
    checkMethod(contract.name, name, method)
    checkMethodOptions(contract.name, name, method)
  }
  filesOf(contract)
}

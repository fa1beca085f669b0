import { FileBuilder, pascal } from '../schema/describe-types.js'
import { writeDescriptorSet } from '../schema/descriptor-bytes.js'
import type { FileDescriptor, MethodDescriptor } from '../schema/descriptor.js'
import { mangle } from '../schema/number-fields.js'
import { ContractError } from './contract-error.js'
import { contractsOf, type AnyContract, type Contract } from './contract-set.js'
import { deriveContract } from './derive-contract.js'
import type { MethodKind } from './method.js'

const described = new WeakMap<Contract, readonly FileDescriptor[]>()

/** The files that describe a contract, each after those that it needs; described once. */
export const filesOf = (contract: Contract): readonly FileDescriptor[] => {
  const known = described.get(contract)
  if (known !== undefined) return known
  const files = makeFiles(contract)
  described.set(contract, files)
  return files
}

const makeFiles = (contract: Contract): readonly FileDescriptor[] => {
  const parts = contract.name.split('.')
  const service = parts.at(-1) ?? contract.name
  const builder = new FileBuilder(parts.slice(0, -1).join('.'), [service])
  const names = new Map<string, string>()
  const methods = deriveContract(contract).map(({ name, method, input, output, failure }): MethodDescriptor => {
    const mangled = pascal(name)
    const other = names.get(mangled)
    if (other !== undefined)
      throw new ContractError(
        contract.name,
        name,
        '',
        `${other} and ${name} have the same protobuf name, ${mangled}`,
        'rename one of the two',
      )
    names.set(mangled, name)
    return {
      name: mangled,
      input: builder.messageFor(input, `${mangled}Request`),
      output: builder.messageFor(output, `${mangled}Response`),
      failure: failure === undefined ? '' : builder.messageFor(failure, `${mangled}Failure`),
      clientStreaming: method.kind === 'upload' || method.kind === 'channel',
      serverStreaming: method.kind === 'stream' || method.kind === 'channel',
      idempotent: method.options.idempotent === true,
      key: name,
      kind: method.kind satisfies MethodKind,
    }
  })
  return builder.finish({ name: `${parts.map(mangle).join('/')}.proto`, services: [{ name: service, methods }] })
}

/**
 * The protobuf descriptors of one contract or several: a serialised `google.protobuf.FileDescriptorSet` with a service for
 * each contract and a message for each codec.
 */
export const describe = (contracts: AnyContract): Uint8Array => {
  const files = new Map<string, FileDescriptor>()
  for (const contract of contractsOf(contracts)) for (const file of filesOf(contract)) files.set(file.name, file)
  return writeDescriptorSet([...files.values()])
}

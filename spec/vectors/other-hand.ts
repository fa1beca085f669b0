import {
  create,
  createFileRegistry,
  fromBinary,
  toBinary,
  type DescMessage,
  type FileRegistry,
} from '@bufbuild/protobuf'
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { describe } from '../../src/contract/describe.js'
import { Rich } from '../contract/rich-contract.js'

/** The derived descriptors of the rich contract, as `@bufbuild/protobuf` takes them in. */
export const registry: FileRegistry = createFileRegistry(fromBinary(FileDescriptorSetSchema, describe(Rich)))

/** A message of the contract, by name. */
export const messageOf = (name: string): DescMessage => {
  const found = registry.getMessage(`spec.rich.${name}`)
  if (found === undefined) throw new Error(`no message ${name}`)
  return found
}

/** Reads with the other implementation. */
export const readWith = (name: string, bytes: Uint8Array): ReflectMessage => {
  const desc = messageOf(name)
  return reflect(desc, fromBinary(desc, bytes))
}

/** Reads and writes again with the other implementation, which orders and packs as it sees fit. */
export const rewrite = (name: string, bytes: Uint8Array): Uint8Array => {
  const desc = messageOf(name)
  return toBinary(desc, fromBinary(desc, bytes))
}

/** Builds with the other implementation. */
export const writeWith = (name: string, fill: (message: ReflectMessage) => void): Uint8Array => {
  const desc = messageOf(name)
  const message = create(desc)
  fill(reflect(desc, message))
  return toBinary(desc, message)
}

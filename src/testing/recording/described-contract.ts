import type { CompiledContract, CompiledMethod } from '../../contract/compile-contract.js'
import type { Contract } from '../../contract/contract.js'
import { kindOf } from '../../contract/match-contract.js'
import type { AnyMethod, MethodKind } from '../../contract/method.js'
import type { Coder } from '../../schema/codec.js'
import { CodecMaker } from '../../schema/codec-of-type.js'
import { readDescriptorSet } from '../../schema/descriptor-read.js'
import { DescriptorTypes } from '../../schema/types-of-descriptor.js'
import type { Offer } from '../../wire/frame.js'
import { RecordingError } from './recording.js'

/** A contract as its descriptors have it: refinements aside. */
const contractOf = (fileDescriptorSet: Uint8Array, name: string): Contract => {
  const files = readDescriptorSet(fileDescriptorSet)
  const types = new DescriptorTypes(files)
  const maker = new CodecMaker()
  const codec = (type: string) => maker.codec(types.topLevel(type))
  const service = files
    .flatMap(file => file.services.map(each => ({ full: [file.package, each.name].filter(Boolean).join('.'), each })))
    .find(({ full }) => full === name)?.each
  if (service === undefined) throw new RecordingError(`the recording's descriptors lack ${name}: record it anew`)
  const methods = service.methods.map((method): readonly [string, AnyMethod] => [
    method.key === '' ? method.name : method.key,
    {
      kind: kindOf(method) as MethodKind,
      input: codec(method.input),
      output: codec(method.output),
      failure: method.failure === '' ? undefined : codec(method.failure),
      options: method.idempotent ? { idempotent: true } : {},
    },
  ])
  return { name, methods: Object.fromEntries(methods) }
}

const noCoder: Coder<unknown> = { encode: () => undefined, decode: () => undefined }

/**
 * A contract that an end offered, for its handshake to be had again. What it carries stays bytes.
 *
 * @param fileDescriptorSet - its descriptors; `undefined` where the recording has none, which is well as long as the other
 *   end has the very same contract
 */
export const describedContract = (offer: Offer, fileDescriptorSet: Uint8Array | undefined): CompiledContract => {
  let made: Contract | undefined
  return {
    get contract(): Contract {
      // looked into only where the two ends have different ones
      made ??= lazily(offer.contract, () => contractOf(fileDescriptorSet ?? new Uint8Array(0), offer.contract))
      return made
    },
    fingerprint: offer.fingerprint,
    descriptors: fileDescriptorSet ?? new Uint8Array(0),
    methods: offer.methods.map((name): CompiledMethod => {
      const method = undefined as never
      return { name, method, input: noCoder, output: noCoder, failure: undefined }
    }),
    options: { codegen: false },
  }
}

const lazily = (name: string, make: () => Contract): Contract => {
  let methods: Contract['methods'] | undefined
  return {
    name,
    get methods() {
      return (methods ??= make().methods)
    },
  }
}

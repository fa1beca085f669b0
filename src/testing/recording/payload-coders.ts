import { compileContract } from '../../contract/compile-contract.js'
import type { Contract } from '../../contract/contract.js'
import { describe } from '../../contract/describe.js'
import { kindOf } from '../../contract/match-contract.js'
import type { MethodKind } from '../../contract/method.js'
import { Reader } from '../../protobuf/reader.js'
import { Writer } from '../../protobuf/writer.js'
import type { Coder } from '../../schema/codec.js'
import { CoderFactory } from '../../schema/coder.js'
import { readDescriptorSet } from '../../schema/descriptor-read.js'
import type { MethodDescriptor } from '../../schema/descriptor.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { DescriptorTypes } from '../../schema/types-of-descriptor.js'
import { hex } from '../../session/proof.js'
import type { Hello, Offer } from '../../wire/frame.js'
import type { RecordedContract } from './recording.js'

/** What of a method a payload holds. */
export type PayloadPart = 'input' | 'output' | 'failure'

/** One method, as one end has it. */
export interface MethodCoders {
  readonly kind: MethodKind
  readonly coder: (part: PayloadPart) => Coder<unknown> | undefined
}

/** A method by its place among those that an end serves. */
export interface ServedMethod {
  readonly contract: string
  readonly method: string
}

/** The method of that number, as `Open` has it. */
export const servedMethod = (hello: Hello | undefined, number: number): ServedMethod | undefined => {
  let left = number
  for (const { contract, methods } of hello?.serves ?? []) {
    const method = methods[left]
    if (method !== undefined) return { contract, method }
    left -= methods.length
  }
  return undefined
}

/** The number of a method, as `Open` has it; `undefined` where the end does not serve it. */
export const numberOf = (hello: Hello, { contract, method }: ServedMethod): number | undefined => {
  let first = 0
  for (const offer of hello.serves) {
    const place = offer.methods.indexOf(method)
    if (offer.contract === contract && place >= 0) return first + place
    first += offer.methods.length
  }
  return undefined
}

const offerOf = (offers: readonly Offer[], contract: string): Offer | undefined =>
  offers.find(offer => offer.contract === contract)

/**
 * The coders for what travels, by what the ends said of their contracts.
 *
 * Of a contract that is given itself they carry its own values. Of one of which only the descriptors are known they carry
 * values as the wire has them: without what `via` makes of them.
 */
export class PayloadCoders {
  private readonly contracts = new Map<string, (method: string) => MethodCoders | undefined>()

  /**
   * @param contracts - those that the ends speak, as far as they are at hand
   * @param described - the descriptors of others
   */
  constructor(contracts: readonly Contract[], described: readonly RecordedContract[] = []) {
    for (const each of described) this.describe(each.fileDescriptorSet)
    for (const contract of contracts) this.contracts.set(hex(fingerprint(describe(contract))), ofContract(contract))
  }

  /** Gets to know descriptors. Those that make no sense are passed over. */
  describe(fileDescriptorSet: Uint8Array): void {
    const key = hex(fingerprint(fileDescriptorSet))
    if (!this.contracts.has(key)) this.contracts.set(key, ofDescriptors(fileDescriptorSet))
  }

  /** Whether the contract of that fingerprint is known. */
  knows(print: Uint8Array): boolean {
    return this.contracts.has(hex(print))
  }

  /**
   * A method as the end that writes the part has it; `undefined` where nothing is known of it.
   *
   * @param writer - the `Hello` of the end that writes
   */
  method(writer: Hello, served: ServedMethod, part: PayloadPart): MethodCoders | undefined {
    const offer = offerOf(part === 'input' ? writer.uses : writer.serves, served.contract)
    return offer === undefined ? undefined : this.contracts.get(hex(offer.fingerprint))?.(served.method)
  }
}

const ofContract = (contract: Contract) => {
  const methods = new Map(compileContract(contract).methods.map(method => [method.name, method]))
  return (name: string): MethodCoders | undefined => {
    const found = methods.get(name)
    return found === undefined ? undefined : { kind: found.method.kind, coder: part => found[part] }
  }
}

const ofDescriptors = (fileDescriptorSet: Uint8Array) => {
  let methods: ReadonlyMap<string, MethodCoders> | undefined
  return (name: string): MethodCoders | undefined => (methods ??= read(fileDescriptorSet)).get(name)
}

const read = (fileDescriptorSet: Uint8Array): ReadonlyMap<string, MethodCoders> => {
  try {
    const files = readDescriptorSet(fileDescriptorSet)
    const types = new DescriptorTypes(files)
    const factory = new CoderFactory({ codegen: false })
    const all = files.flatMap(file => file.services.flatMap(service => service.methods))
    return new Map(
      all.map(method => [method.key === '' ? method.name : method.key, ofDescribed(method, types, factory)]),
    )
  } catch {
    return new Map()
  }
}

const ofDescribed = (method: MethodDescriptor, types: DescriptorTypes, factory: CoderFactory): MethodCoders => ({
  kind: kindOf(method) as MethodKind,
  coder: part => {
    const name = method[part]
    if (name === '') return undefined
    try {
      return factory.coder(types.topLevel(name))
    } catch {
      return undefined
    }
  },
})

/** The value that a payload holds. */
export const decodePayload = ({ decode }: Coder<unknown>, payload: Uint8Array): unknown =>
  decode(Reader.create(payload))

/** A value's payload. */
export const encodePayload = ({ encode }: Coder<unknown>, value: unknown): Uint8Array => {
  const writer = Writer.create()
  encode(value, writer)
  return new Uint8Array(writer.finish())
}

import type * as t from 'io-ts'
import { CodecMaker } from '../schema/codec-of-type.js'
import { DescriptorError } from '../schema/descriptor-error.js'
import { readDescriptorSet } from '../schema/descriptor-read.js'
import type { FileDescriptor, MethodDescriptor } from '../schema/descriptor.js'
import type { Type } from '../schema/type.js'
import { DescriptorTypes } from '../schema/types-of-descriptor.js'
import { contract, type Contract } from './contract.js'
import { kindOf } from './match-contract.js'
import { channel, event, request, stream, upload, type AnyMethod, type MethodOptions } from './method.js'
import { parseProto, type ProtoFiles } from './parse-proto.js'
import { ProtoError } from './proto-error.js'

/** What a `.proto` text or a descriptor set holds, as values of this library. */
export interface FromProto {
  /** io-ts codecs by full names without the leading dot, such as `demo.Order` */
  readonly codecs: ReadonlyMap<string, t.Mixed>
  /** a contract for each service, by its full name */
  readonly contracts: ReadonlyMap<string, Contract>
}

/**
 * Makes codecs and contracts of proto3 text, or of a serialised `google.protobuf.FileDescriptorSet`; untyped, since no
 * compiler has seen it. For the typed way see {@link toTypeScript}.
 *
 * A field without presence becomes a required property with its zero as default, `optional` and message fields optional
 * ones, `repeated` arrays, maps records, enums unions of their names. Of a `oneof` each member is an optional property,
 * unless our own option says that it is a union.
 *
 * @throws {@link ProtoError} when the text cannot be parsed, or says what no codec says
 */
export const fromProto = (source: string | Uint8Array, files: ProtoFiles = {}): FromProto => {
  const described = describedBy(source, files)
  const maker = new CodecMaker()
  const codecs = new Map([...described.types].map(([name, type]) => [name.slice(1), maker.codec(type)]))
  const codecOf = (name: string): t.Mixed => maker.codec(described.topLevel(name))
  const contracts = described.services.map(({ name, methods }) => {
    const table = methods.map(method => [
      method.key === '' ? lower(method.name) : method.key,
      methodOf(method, codecOf),
    ])
    return [name, contract(name, Object.fromEntries(table) as Record<string, AnyMethod>)] as const
  })
  return { codecs, contracts: new Map(contracts) }
}

/** What descriptors hold, in the terms that both ways back need. */
export interface Described {
  /** of every message, by its full name with a dot in front */
  readonly types: ReadonlyMap<string, Type>
  readonly topLevel: (name: string) => Type
  readonly services: readonly { readonly name: string; readonly methods: readonly MethodDescriptor[] }[]
}

/** Takes in a text or a descriptor set. */
export const describedBy = (source: string | Uint8Array, files: ProtoFiles): Described => {
  const found: readonly FileDescriptor[] =
    typeof source === 'string'
      ? parseProto(source, files)
      : readDescriptorSet(source, { bytes: Infinity, items: Infinity, nesting: 100 })
  try {
    const types = new DescriptorTypes(found)
    const names = types.names().filter(name => !name.startsWith('.sluice.v1.'))
    return {
      types: new Map(names.map(name => [name, types.topLevel(name)])),
      topLevel: name => types.topLevel(name),
      services: found.flatMap(file =>
        file.services.map(service => ({
          name: file.package === '' ? service.name : `${file.package}.${service.name}`,
          methods: service.methods,
        })),
      ),
    }
  } catch (error) {
    if (error instanceof DescriptorError) throw new ProtoError(error.message, 'look at the schema', { cause: error })
    throw error
  }
}

/** A method's name as JavaScript writes it. */
export const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

type Plain = Pick<MethodOptions, 'idempotent'>
type Make = (input: t.Mixed, output: t.Mixed, options: Plain & { readonly failure: t.Mixed }) => AnyMethod

const methodOf = (method: MethodDescriptor, codecOf: (name: string) => t.Mixed): AnyMethod => {
  const input = codecOf(method.input)
  const options = { ...(method.idempotent ? { idempotent: true } : {}) }
  const kind = kindOf(method)
  if (kind === 'event') return event(input, options)
  const makers = { request, stream, upload, channel } as unknown as Readonly<Record<string, Make | undefined>>
  const make = makers[kind]
  if (make === undefined) throw new ProtoError(`${method.name} is of kind ${kind}`, 'use one of the five kinds')
  const output = codecOf(method.output)
  return method.failure === ''
    ? make(input, output, options as Plain & { readonly failure: t.Mixed })
    : make(input, output, { ...options, failure: codecOf(method.failure) })
}

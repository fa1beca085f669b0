// eslint-disable-next-line no-restricted-syntax -- a tool: it stands behind sluice/schema-tools, no run-time face reaches it
import protobuf from 'protobufjs'
import {
  fieldTypes,
  noWords,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldTypeName,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
  type MessageShape,
  type MethodDescriptor,
} from '../schema/descriptor.js'
import { ProtoError } from './proto-error.js'

/** Files that a text may import, by their names. */
export type ProtoFiles = Readonly<Record<string, string>>

/**
 * Parses proto3 text into descriptors, a file for each package that it mentions.
 *
 * Imports of protobuf's well-known types and of ours are known; others are looked for in `files`.
 *
 * @throws {@link ProtoError} when the text is no proto3, or an import is nowhere
 */
export const parseProto = (text: string, files: ProtoFiles = {}): readonly FileDescriptor[] => {
  const root = new protobuf.Root()
  const loaded = new Set<string>()
  const load = (source: string, name: string): void => {
    let parsed: protobuf.IParserResult
    try {
      parsed = protobuf.parse(source, root, { keepCase: true })
    } catch (error) {
      throw new ProtoError(`${name} cannot be parsed: ${(error as Error).message}`, 'give proto3 text', {
        cause: error,
      })
    }
    for (const each of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
      if (loaded.has(each) || each.startsWith('sluice/v1/') || each === 'google/protobuf/descriptor.proto') continue
      loaded.add(each)
      const known = protobuf.common.get(each)
      const own = files[each]
      if (own !== undefined) load(own, each)
      else if (known?.nested !== undefined && known.nested !== null) root.addJSON(known.nested)
      else throw new ProtoError(`${name} imports ${each}, which is not at hand`, 'give its text among the files')
    }
  }
  load(text, 'the text')
  defineValue(root)
  try {
    root.resolveAll()
  } catch (error) {
    throw new ProtoError(`a type is not defined: ${(error as Error).message}`, 'import the file that defines it', {
      cause: error,
    })
  }
  return filesOf(root)
}

// our Value is known by its name, whatever is in it
const defineValue = (root: protobuf.Root): void => {
  root.define('sluice.v1').add(new protobuf.Type('Value'))
}

const filesOf = (root: protobuf.Root): readonly FileDescriptor[] => {
  const files: FileDescriptor[] = []
  const visit = (namespace: protobuf.NamespaceBase, path: string): void => {
    const { nestedArray } = namespace
    const messages = nestedArray.filter(each => each instanceof protobuf.Type)
    const enums = nestedArray.filter(each => each instanceof protobuf.Enum)
    const services = nestedArray.filter(each => each instanceof protobuf.Service)
    if (messages.length + enums.length + services.length > 0)
      files.push({
        name: `${path === '' ? 'root' : path.replaceAll('.', '/')}.proto`,
        package: path,
        dependencies: [],
        messages: messages.map(messageOf),
        enums: enums.map(enumOf),
        services: services.map(service => ({ name: service.name, methods: service.methodsArray.map(methodOf) })),
        syntax: 'proto3',
      })
    for (const each of nestedArray)
      if (each instanceof protobuf.Namespace && !(each instanceof protobuf.Type) && !(each instanceof protobuf.Service))
        visit(each, path === '' ? each.name : `${path}.${each.name}`)
  }
  visit(root, '')
  return files
}

interface WithOptions {
  readonly parsedOptions?: unknown
  readonly options?: { readonly [key: string]: unknown } | null
}

// our words on something: an option that is a message
const optionOf = (of: WithOptions, name: string): Readonly<Record<string, unknown>> => {
  const list = Array.isArray(of.parsedOptions) ? (of.parsedOptions as readonly Record<string, unknown>[]) : []
  return Object.assign({}, ...list.map(each => each[`(sluice.v1.${name})`] ?? {})) as Record<string, unknown>
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(each => typeof each === 'string')

const wordsOf = (of: WithOptions, name: 'field' | 'oneof'): FieldWords => {
  const option = optionOf(of, name)
  if (Object.keys(option).length === 0) return noWords
  const js = text(option.js)
  return {
    key: text(option.key),
    required: option.required === true,
    checks: texts(option.checks),
    itemChecks: texts(option.item_checks),
    hasDefault: option.has_default === true,
    aliases: texts(option.aliases),
    js: js === 'number' || js === 'bigint' ? js : '',
    hasFallback: option.has_fallback === true,
    member: text(option.member),
  }
}

const messageOf = (type: protobuf.Type): MessageDescriptor => {
  const oneofs = type.oneofsArray.filter(oneof => !oneof.isProto3Optional)
  const entries: MessageDescriptor[] = []
  const fields = type.fieldsArray.map(field => {
    field.resolve()
    const optional = field.partOf?.isProto3Optional === true
    const base: FieldDescriptor = {
      name: field.name,
      number: field.id,
      repeated: field.repeated || field.map,
      ...typeOf(field),
      oneof: field.partOf === null || optional ? -1 : oneofs.indexOf(field.partOf),
      optional,
      words: wordsOf(field, 'field'),
    }
    if (!(field instanceof protobuf.MapField)) return base
    const entry = `${field.name}_Entry`
    const part = { repeated: false, oneof: -1, optional: false, words: noWords }
    entries.push({
      ...emptyMessage(entry),
      fields: [
        { ...part, name: 'key', number: 1, type: keyType(field), typeName: '' },
        { ...part, name: 'value', number: 2, ...typeOf(field) },
      ],
      mapEntry: true,
    })
    return { ...base, type: 'message' as const, typeName: `${type.fullName}.${entry}` }
  })
  const shape = text(optionOf(type, 'message').shape).toLowerCase()
  return {
    ...emptyMessage(type.name),
    fields,
    nested: [...entries, ...type.nestedArray.filter(each => each instanceof protobuf.Type).map(messageOf)],
    enums: type.nestedArray.filter(each => each instanceof protobuf.Enum).map(enumOf),
    oneofs: oneofs.map(oneof => ({ name: oneof.name, words: wordsOf(oneof, 'oneof') })),
    shape: shape === 'tuple' || shape === 'value' ? (shape satisfies MessageShape) : 'record',
  }
}

const emptyMessage = (name: string): MessageDescriptor => ({
  name,
  fields: [],
  nested: [],
  enums: [],
  oneofs: [],
  mapEntry: false,
  shape: 'record',
})

const typeOf = (field: protobuf.Field): Pick<FieldDescriptor, 'type' | 'typeName'> => {
  const { resolvedType } = field
  if (resolvedType instanceof protobuf.Enum) return { type: 'enum', typeName: resolvedType.fullName }
  if (resolvedType !== null) return { type: 'message', typeName: resolvedType.fullName }
  if (!(field.type in fieldTypes)) throw new ProtoError(`${field.fullName} has no type that is known`, 'use proto3')
  return { type: field.type as FieldTypeName, typeName: '' }
}

const keyType = (field: protobuf.MapField): FieldTypeName => field.keyType as FieldTypeName

const enumOf = (each: protobuf.Enum): EnumDescriptor => ({
  name: each.name,
  values: Object.entries(each.values).map(([name, number]) => {
    const options = (each.valuesOptions?.[name] ?? {}) as Readonly<Record<string, unknown>>
    return { name, number, literal: text(options['(sluice.v1.value).literal']) }
  }),
})

const methodOf = (method: protobuf.Method): MethodDescriptor => {
  method.resolve()
  const option = optionOf(method, 'method')
  return {
    name: method.name,
    input: method.resolvedRequestType?.fullName ?? '',
    output: method.resolvedResponseType?.fullName ?? '',
    clientStreaming: method.requestStream === true,
    serverStreaming: method.responseStream === true,
    idempotent: method.options?.idempotency_level === 'IDEMPOTENT',
    key: text(option.name),
    kind: text(option.kind),
    failure: text(option.failure),
  }
}

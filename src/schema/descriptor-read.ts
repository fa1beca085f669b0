import type { Reader } from 'protobufjs'
import protobuf from 'protobufjs/minimal.js'
import { DescriptorError } from './descriptor-error.js'
import { getString } from './get.js'
import {
  extensionNumber,
  fieldTypes,
  none,
  noWords,
  type EnumDescriptor,
  type EnumValueDescriptor,
  type FieldDescriptor,
  type FieldTypeName,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
  type MessageShape,
  type MethodDescriptor,
  type OneofDescriptor,
  type ServiceDescriptor,
} from './descriptor.js'

/** How much of a far end's descriptor is looked at before it is refused. */
export interface DescriptorLimits {
  /** bytes in all; 1 MiB */
  readonly bytes?: number
  /** files, messages, fields, enums, values, services and methods together; 50,000 */
  readonly items?: number
  /** messages inside messages; 16 */
  readonly nesting?: number
}

interface Budget {
  items: number
  readonly nesting: number
}

/** Longest name or option that is kept. */
const maxText = 1_024

/**
 * Reads a `google.protobuf.FileDescriptorSet` that a far end has sent.
 *
 * @throws {@link DescriptorError} when it is malformed or past a limit; nothing is kept of it then
 */
export const readDescriptorSet = (bytes: Uint8Array, limits: DescriptorLimits = {}): readonly FileDescriptor[] => {
  const { bytes: maxBytes = 1_048_576, items = 50_000, nesting = 16 } = limits
  if (bytes.length > maxBytes)
    throw new DescriptorError(`a descriptor of ${bytes.length} bytes is past the limit of ${maxBytes}`)
  const budget: Budget = { items, nesting }
  const files: FileDescriptor[] = []
  try {
    const reader = protobuf.Reader.create(bytes)
    fields(reader, (tag, r) => (tag === 10 ? files.push(inner(r, budget, () => readFile(r, budget))) : undefined))
  } catch (error) {
    if (error instanceof DescriptorError) throw error
    throw new DescriptorError('malformed bytes', { cause: error })
  }
  return files
}

// calls back for each field; what the callback leaves alone is skipped
const fields = (reader: Reader, take: (tag: number, reader: Reader) => unknown): void => {
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const before = reader.pos
    const taken = take(tag, reader)
    if (taken === undefined && reader.pos === before) reader.skipType(tag & 7, 0, tag >>> 3)
  }
}

const inner = <A>(reader: Reader, budget: Budget, read: () => A): A => {
  budget.items -= 1
  if (budget.items < 0) throw new DescriptorError('too many items')
  return bounded(reader, read)
}

const bounded = <A>(reader: Reader, read: () => A): A => {
  const length = reader.uint32()
  const outer = reader.len
  if (length > outer - reader.pos) throw new DescriptorError('a length reaches past the end')
  reader.len = reader.pos + length
  const value = read()
  if (reader.pos !== reader.len) throw new DescriptorError('a field reaches past its message')
  reader.len = outer
  return value
}

const text = (reader: Reader): string => {
  const start = reader.pos
  const length = reader.uint32()
  if (length > maxText) throw new DescriptorError(`a name of ${length} bytes`)
  if (length > reader.len - reader.pos) throw new DescriptorError('a name reaches past the end')
  reader.pos = start
  const value = getString(reader)
  if (value.includes('\ufffd')) throw new DescriptorError('a name that is no UTF-8')
  return value
}

const added = <A>(list: readonly A[], item: A): readonly A[] => {
  if (list === none) return [item]
  ;(list as A[]).push(item)
  return list
}

type Draft<A> = { -readonly [K in keyof A]: A[K] }

const readFile = (reader: Reader, budget: Budget): FileDescriptor => {
  const file: Draft<FileDescriptor> = {
    name: '',
    package: '',
    dependencies: none,
    messages: none,
    enums: none,
    services: none,
    syntax: '',
  }
  fields(reader, (tag, r) => {
    switch (tag) {
      case 10:
        return (file.name = text(r))
      case 18:
        return (file.package = text(r))
      case 26:
        budget.items -= 1
        return (file.dependencies = added(file.dependencies, text(r)))
      case 34:
        return (file.messages = added(file.messages, inner(r, budget, () => readMessage(r, budget, 1))))
      case 42:
        return (file.enums = added(file.enums, inner(r, budget, () => readEnum(r, budget))))
      case 50:
        return (file.services = added(file.services, inner(r, budget, () => readService(r, budget))))
      case 98:
        return (file.syntax = text(r))
      default:
        return undefined
    }
  })
  return file
}

const shapes: readonly MessageShape[] = ['record', 'tuple', 'value']

const readMessage = (reader: Reader, budget: Budget, depth: number): MessageDescriptor => {
  if (depth > budget.nesting) throw new DescriptorError(`messages nested deeper than ${budget.nesting}`)
  const message: Draft<MessageDescriptor> = {
    name: '',
    fields: none,
    nested: none,
    enums: none,
    oneofs: none,
    mapEntry: false,
    shape: 'record',
  }
  fields(reader, (tag, r) => {
    switch (tag) {
      case 10:
        return (message.name = text(r))
      case 18:
        return (message.fields = added(message.fields, inner(r, budget, () => readField(r))))
      case 26:
        return (message.nested = added(message.nested, inner(r, budget, () => readMessage(r, budget, depth + 1))))
      case 34:
        return (message.enums = added(message.enums, inner(r, budget, () => readEnum(r, budget))))
      case 66:
        return (message.oneofs = added(message.oneofs, inner(r, budget, () => readOneof(r))))
      case 58:
        return bounded(r, () => {
          fields(r, option => {
            if (option === 56) return (message.mapEntry = r.bool())
            return option === extensionTag
              ? bounded(r, () => fields(r, t => (t === 8 ? (message.shape = shapes[r.uint32()] ?? 'record') : undefined))) ??
                  true
              : undefined
          })
          return true
        })
      default:
        return undefined
    }
  })
  return message
}

const extensionTag = ((extensionNumber << 3) | 2) >>> 0

const typeNames = new Map<number, FieldTypeName>(
  Object.entries(fieldTypes).map(([name, number]) => [number, name as FieldTypeName]),
)

const readField = (reader: Reader): FieldDescriptor => {
  const field: Draft<FieldDescriptor> = {
    name: '',
    number: 0,
    repeated: false,
    type: 'double',
    typeName: '',
    oneof: -1,
    optional: false,
    words: noWords,
  }
  fields(reader, (tag, r) => {
    switch (tag) {
      case 10:
        return (field.name = text(r))
      case 24:
        return (field.number = r.int32())
      case 32:
        return (field.repeated = r.int32() === 3)
      case 40: {
        const type = typeNames.get(r.int32())
        if (type === undefined || type === 'group') throw new DescriptorError('a field of an unknown type')
        return (field.type = type)
      }
      case 50:
        return (field.typeName = text(r))
      case 66:
        return (field.words = readWords(r))
      case 72:
        return (field.oneof = r.int32())
      case 136:
        return (field.optional = r.bool())
      default:
        return undefined
    }
  })
  return field
}

const readOneof = (reader: Reader): OneofDescriptor => {
  const oneof: Draft<OneofDescriptor> = { name: '', words: noWords }
  fields(reader, (tag, r) => {
    if (tag === 10) return (oneof.name = text(r))
    return tag === 18 ? (oneof.words = readWords(r)) : undefined
  })
  return oneof
}

const readWords = (reader: Reader): FieldWords => {
  const words: Draft<FieldWords> = { ...noWords }
  let said = false
  bounded(reader, () =>
    fields(reader, option => {
      if (option !== extensionTag) return undefined
      said = true
      bounded(reader, () =>
        fields(reader, (tag, r) => {
          switch (tag) {
            case 10:
              return (words.key = text(r))
            case 16:
              return (words.required = r.bool())
            case 26:
              return (words.checks = added(words.checks, text(r)))
            case 34:
              return (words.itemChecks = added(words.itemChecks, text(r)))
            case 40:
              return (words.hasDefault = r.bool())
            case 50:
              return (words.aliases = added(words.aliases, text(r)))
            case 58: {
              const js = text(r)
              return (words.js = js === 'number' || js === 'bigint' ? js : '')
            }
            case 64:
              return (words.hasFallback = r.bool())
            case 74:
              return (words.member = text(r))
            default:
              return undefined
          }
        }),
      )
      return true
    }),
  )
  return said ? words : noWords
}

const readEnum = (reader: Reader, budget: Budget): EnumDescriptor => {
  const each: Draft<EnumDescriptor> = { name: '', values: none }
  fields(reader, (tag, r) => {
    if (tag === 10) return (each.name = text(r))
    return tag === 18 ? (each.values = added(each.values, inner(r, budget, () => readValue(r)))) : undefined
  })
  return each
}

const readValue = (reader: Reader): EnumValueDescriptor => {
  const value: Draft<EnumValueDescriptor> = { name: '', number: 0, literal: '' }
  fields(reader, (tag, r) => {
    if (tag === 10) return (value.name = text(r))
    if (tag === 16) return (value.number = r.int32())
    if (tag !== 26) return undefined
    bounded(r, () =>
      fields(r, option => {
        if (option !== extensionTag) return undefined
        bounded(r, () => fields(r, t => (t === 10 ? (value.literal = text(r)) : undefined)))
        return true
      }),
    )
    return true
  })
  return value
}

const readService = (reader: Reader, budget: Budget): ServiceDescriptor => {
  const service: Draft<ServiceDescriptor> = { name: '', methods: none }
  fields(reader, (tag, r) => {
    if (tag === 10) return (service.name = text(r))
    return tag === 18 ? (service.methods = added(service.methods, inner(r, budget, () => readMethod(r)))) : undefined
  })
  return service
}

const readMethod = (reader: Reader): MethodDescriptor => {
  const method: Draft<MethodDescriptor> = {
    name: '',
    input: '',
    output: '',
    clientStreaming: false,
    serverStreaming: false,
    idempotent: false,
    key: '',
    kind: '',
    failure: '',
  }
  fields(reader, (tag, r) => {
    switch (tag) {
      case 10:
        return (method.name = text(r))
      case 18:
        return (method.input = text(r))
      case 26:
        return (method.output = text(r))
      case 34:
        return bounded(r, () => {
          fields(r, option => {
            if (option === 272) return (method.idempotent = r.uint32() === 2)
            if (option !== extensionTag) return undefined
            bounded(r, () =>
              fields(r, t => {
                if (t === 10) return (method.key = text(r))
                if (t === 18) return (method.kind = text(r))
                return t === 26 ? (method.failure = text(r)) : undefined
              }),
            )
            return true
          })
          return true
        })
      case 40:
        return (method.clientStreaming = r.bool())
      case 48:
        return (method.serverStreaming = r.bool())
      default:
        return undefined
    }
  })
  return method
}

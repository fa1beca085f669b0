import { Reader } from '../protobuf/reader.js'
import { DescriptorError } from './descriptor-error.js'
import { added, bounded, extensionTag, fields, inner, text, type Budget, type Draft } from './descriptor-input.js'
import { readField, readOneof } from './descriptor-read-field.js'
import {
  none,
  type EnumDescriptor,
  type EnumValueDescriptor,
  type FileDescriptor,
  type MessageDescriptor,
  type MessageShape,
  type MethodDescriptor,
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
    const reader = Reader.create(bytes)
    fields(reader, (tag, r) => (tag === 10 ? files.push(inner(r, budget, () => readFile(r, budget))) : undefined))
  } catch (error) {
    if (error instanceof DescriptorError) throw error
    throw new DescriptorError('malformed bytes', { cause: error })
  }
  return files
}

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
        return (file.messages = added(
          file.messages,
          inner(r, budget, () => readMessage(r, budget, 1)),
        ))
      case 42:
        return (file.enums = added(
          file.enums,
          inner(r, budget, () => readEnum(r, budget)),
        ))
      case 50:
        return (file.services = added(
          file.services,
          inner(r, budget, () => readService(r, budget)),
        ))
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
        return (message.fields = added(
          message.fields,
          inner(r, budget, () => readField(r)),
        ))
      case 26:
        return (message.nested = added(
          message.nested,
          inner(r, budget, () => readMessage(r, budget, depth + 1)),
        ))
      case 34:
        return (message.enums = added(
          message.enums,
          inner(r, budget, () => readEnum(r, budget)),
        ))
      case 66:
        return (message.oneofs = added(
          message.oneofs,
          inner(r, budget, () => readOneof(r)),
        ))
      case 58:
        return bounded(r, () => {
          fields(r, option => {
            if (option === 56) return (message.mapEntry = r.bool())
            if (option !== extensionTag) return undefined
            bounded(r, () => {
              fields(r, t => (t === 8 ? (message.shape = shapes[r.uint32()] ?? 'record') : undefined))
            })
            return true
          })
          return true
        })
      default:
        return undefined
    }
  })
  return message
}

const readEnum = (reader: Reader, budget: Budget): EnumDescriptor => {
  const each: Draft<EnumDescriptor> = { name: '', values: none }
  fields(reader, (tag, r) => {
    if (tag === 10) return (each.name = text(r))
    return tag === 18
      ? (each.values = added(
          each.values,
          inner(r, budget, () => readValue(r)),
        ))
      : undefined
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
    return tag === 18
      ? (service.methods = added(
          service.methods,
          inner(r, budget, () => readMethod(r)),
        ))
      : undefined
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

import type { Reader } from '../protobuf/reader.js'
import { DescriptorError } from './descriptor-error.js'
import { added, bounded, extensionTag, fields, text, type Draft } from './descriptor-input.js'
import {
  fieldTypes,
  noWords,
  type FieldDescriptor,
  type FieldTypeName,
  type FieldWords,
  type OneofDescriptor,
} from './descriptor.js'

const typeNames = new Map<number, FieldTypeName>(
  Object.entries(fieldTypes).map(([name, number]) => [number, name as FieldTypeName]),
)

/** Reads a `FieldDescriptorProto`. */
export const readField = (reader: Reader): FieldDescriptor => {
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

/** Reads a `OneofDescriptorProto`. */
export const readOneof = (reader: Reader): OneofDescriptor => {
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

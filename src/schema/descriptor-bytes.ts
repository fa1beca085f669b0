import { Writer } from '../protobuf/writer.js'
import { beginMessage, endMessage } from './bytes-of.js'
import {
  extensionNumber,
  fieldTypes,
  noWords,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
  type ServiceDescriptor,
} from './descriptor.js'

/**
 * A `google.protobuf.FileDescriptorSet` in its canonical bytes: fields by number, nothing that is empty.
 *
 * Equal schemas give equal bytes, whatever wrote them down: fingerprints are made of them.
 */
export const writeDescriptorSet = (files: readonly FileDescriptor[]): Uint8Array => {
  const writer = Writer.create()
  for (const file of files) message(writer, 1, () => writeFile(writer, file))
  return Uint8Array.from(writer.finish())
}

const message = (writer: Writer, number: number, write: () => void): void => {
  writer.uint32(((number << 3) | 2) >>> 0)
  const start = beginMessage(writer)
  write()
  endMessage(writer, start)
}

const text = (writer: Writer, number: number, value: string): void => {
  if (value !== '') writer.uint32(((number << 3) | 2) >>> 0).string(value)
}

const texts = (writer: Writer, number: number, values: readonly string[]): void => {
  for (const value of values) writer.uint32(((number << 3) | 2) >>> 0).string(value)
}

const flag = (writer: Writer, number: number, value: boolean): void => {
  if (value) writer.uint32((number << 3) >>> 0).bool(true)
}

const writeFile = (writer: Writer, file: FileDescriptor): void => {
  text(writer, 1, file.name)
  text(writer, 2, file.package)
  texts(writer, 3, file.dependencies)
  for (const each of file.messages) message(writer, 4, () => writeMessage(writer, each))
  for (const each of file.enums) message(writer, 5, () => writeEnum(writer, each))
  for (const each of file.services) message(writer, 6, () => writeService(writer, each))
  text(writer, 12, file.syntax)
}

const shapes = { record: 0, tuple: 1, value: 2 } as const

const writeMessage = (writer: Writer, each: MessageDescriptor): void => {
  text(writer, 1, each.name)
  for (const field of each.fields) message(writer, 2, () => writeField(writer, field))
  for (const nested of each.nested) message(writer, 3, () => writeMessage(writer, nested))
  for (const inner of each.enums) message(writer, 4, () => writeEnum(writer, inner))
  if (each.mapEntry || each.shape !== 'record')
    message(writer, 7, () => {
      flag(writer, 7, each.mapEntry)
      if (each.shape !== 'record') message(writer, extensionNumber, () => writer.uint32(8).uint32(shapes[each.shape]))
    })
  for (const oneof of each.oneofs)
    message(writer, 8, () => {
      text(writer, 1, oneof.name)
      writeWords(writer, 2, oneof.words)
    })
}

const writeField = (writer: Writer, field: FieldDescriptor): void => {
  text(writer, 1, field.name)
  writer.uint32(24).int32(field.number)
  writer.uint32(32).int32(field.repeated ? 3 : 1)
  writer.uint32(40).int32(fieldTypes[field.type])
  text(writer, 6, field.typeName)
  writeWords(writer, 8, field.words)
  if (field.oneof !== -1) writer.uint32(72).int32(field.oneof)
  flag(writer, 17, field.optional)
}

const writeWords = (writer: Writer, number: number, words: FieldWords): void => {
  if (words === noWords) return
  message(writer, number, () =>
    message(writer, extensionNumber, () => {
      text(writer, 1, words.key)
      flag(writer, 2, words.required)
      texts(writer, 3, words.checks)
      texts(writer, 4, words.itemChecks)
      flag(writer, 5, words.hasDefault)
      texts(writer, 6, words.aliases)
      text(writer, 7, words.js)
      flag(writer, 8, words.hasFallback)
      text(writer, 9, words.member)
    }),
  )
}

const writeEnum = (writer: Writer, each: EnumDescriptor): void => {
  text(writer, 1, each.name)
  for (const value of each.values)
    message(writer, 2, () => {
      text(writer, 1, value.name)
      writer.uint32(16).int32(value.number)
      if (value.literal !== '')
        message(writer, 3, () => message(writer, extensionNumber, () => text(writer, 1, value.literal)))
    })
}

const writeService = (writer: Writer, each: ServiceDescriptor): void => {
  text(writer, 1, each.name)
  for (const method of each.methods)
    message(writer, 2, () => {
      text(writer, 1, method.name)
      text(writer, 2, method.input)
      text(writer, 3, method.output)
      message(writer, 4, () => {
        // IdempotencyLevel.IDEMPOTENT
        if (method.idempotent) writer.uint32((34 << 3) >>> 0).uint32(2)
        message(writer, extensionNumber, () => {
          text(writer, 1, method.key)
          text(writer, 2, method.kind)
          text(writer, 3, method.failure)
        })
      })
      flag(writer, 5, method.clientStreaming)
      flag(writer, 6, method.serverStreaming)
    })
}

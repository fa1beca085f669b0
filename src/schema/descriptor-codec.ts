import {
  always,
  choice,
  converted,
  field,
  flag,
  int32,
  later,
  list,
  message,
  uint32,
  type Kind,
  type Message,
} from '../protobuf/message.js'
import { DescriptorError } from './descriptor-error.js'
import {
  extensionNumber,
  fieldTypes,
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
import { getString } from './get.js'

/** Longest name or option that is kept. */
const maxText = 1_024

/** A name or an option. */
const name: Kind<string> = {
  wire: 2,
  write: (writer, value) => writer.string(value),
  read: reader => {
    const start = reader.pos
    const length = reader.uint32()
    if (length > maxText) throw new DescriptorError(`a name of ${length} bytes`)
    if (length > reader.len - reader.pos) throw new DescriptorError('a name reaches past the end')
    reader.pos = start
    const value = getString(reader)
    if (value.includes('\ufffd')) throw new DescriptorError('a name that is no UTF-8')
    return value
  },
}

const named = (number: number) => field(number, name, '')
const said = (number: number) => field(number, flag, false)

const fieldWords = message<FieldWords>({
  key: named(1),
  required: said(2),
  checks: list(3, name),
  itemChecks: list(4, name),
  hasDefault: said(5),
  aliases: list(6, name),
  js: field(
    7,
    converted(
      name,
      (js: FieldWords['js']) => js,
      js => (js === 'number' || js === 'bigint' ? js : ''),
    ),
    '',
  ),
  hasFallback: said(8),
  member: named(9),
})

const options = message<{ readonly words: FieldWords }>({ words: field(extensionNumber, fieldWords, noWords) })

/** Options with our words among them. */
const words: Kind<FieldWords> = {
  wire: 2,
  write: (writer, value) => options.write(writer, { words: value }),
  read: (reader, within, before = noWords) => options.read(reader, within, { words: before }).words,
}

const typeNames = new Map(Object.entries(fieldTypes).map(([type, number]) => [number, type as FieldTypeName]))

const type = converted(
  int32,
  (each: FieldTypeName) => fieldTypes[each],
  (number): FieldTypeName => {
    const each = typeNames.get(number as never)
    if (each === undefined || each === 'group') throw new DescriptorError('a field of an unknown type')
    return each
  },
)

const label = converted(
  int32,
  (repeated: boolean) => (repeated ? 3 : 1),
  number => number === 3,
)

const fieldDescriptor = message<FieldDescriptor>({
  name: named(1),
  number: always(3, int32, 0),
  repeated: always(4, label, false),
  type: always(5, type, 'double'),
  typeName: named(6),
  words: field(8, words, noWords),
  oneof: field(9, int32, -1),
  optional: said(17),
})

const oneofDescriptor = message<OneofDescriptor>({ name: named(1), words: field(2, words, noWords) })

const literal = message<Pick<EnumValueDescriptor, 'literal'>>({ literal: named(1) })

const enumValue = message<EnumValueDescriptor, 'literal'>(
  { name: named(1), number: always(2, int32, 0) },
  3,
  message<Pick<EnumValueDescriptor, 'literal'>, 'literal'>({}, extensionNumber, literal),
)

const enumDescriptor = message<EnumDescriptor>({ name: named(1), values: list(2, enumValue) })

const shapes: readonly MessageShape[] = ['record', 'tuple', 'value']

const shape = message<Pick<MessageDescriptor, 'shape'>>({ shape: field(1, choice(shapes, 'record'), 'record') })

/** A `DescriptorProto`. */
export const messageDescriptor: Message<MessageDescriptor> = message<MessageDescriptor, 'mapEntry' | 'shape'>(
  {
    name: named(1),
    fields: list(2, fieldDescriptor),
    nested: list(
      3,
      later(() => messageDescriptor),
    ),
    enums: list(4, enumDescriptor),
    oneofs: list(8, oneofDescriptor),
  },
  7,
  message<Pick<MessageDescriptor, 'mapEntry' | 'shape'>, 'shape'>({ mapEntry: said(7) }, extensionNumber, shape),
)

type MethodWords = Pick<MethodDescriptor, 'key' | 'kind' | 'failure'>

/** IdempotencyLevel.IDEMPOTENT */
const idempotent = 2

const methodDescriptor = message<MethodDescriptor, keyof MethodWords | 'idempotent'>(
  { name: named(1), input: named(2), output: named(3), clientStreaming: said(5), serverStreaming: said(6) },
  4,
  message<MethodWords & Pick<MethodDescriptor, 'idempotent'>, keyof MethodWords>(
    {
      idempotent: field(
        34,
        converted(
          uint32,
          (is: boolean) => (is ? idempotent : 0),
          level => level === idempotent,
        ),
        false,
      ),
    },
    extensionNumber,
    message<MethodWords>({ key: named(1), kind: named(2), failure: named(3) }),
  ),
)

const serviceDescriptor = message<ServiceDescriptor>({ name: named(1), methods: list(2, methodDescriptor) })

const fileDescriptor = message<FileDescriptor>({
  name: named(1),
  package: named(2),
  dependencies: list(3, name),
  messages: list(4, messageDescriptor),
  enums: list(5, enumDescriptor),
  services: list(6, serviceDescriptor),
  syntax: named(12),
})

/** A `FileDescriptorSet`. */
export const descriptorSet = message<{ readonly files: readonly FileDescriptor[] }>({ files: list(1, fileDescriptor) })

/** What is counted against a limit: files, messages, fields, oneofs, enums, values, services and methods. */
export const counted: ReadonlySet<unknown> = new Set([
  fileDescriptor,
  messageDescriptor,
  fieldDescriptor,
  oneofDescriptor,
  enumDescriptor,
  enumValue,
  serviceDescriptor,
  methodDescriptor,
])

import { none } from '../protobuf/message.js'

/**
 * The part of `google/protobuf/descriptor.proto` that describes a contract, with our own options unpacked.
 *
 * Names of types are full names with a dot in front, as in the descriptors that protoc makes.
 */
export interface FileDescriptor {
  readonly name: string
  readonly package: string
  readonly dependencies: readonly string[]
  readonly messages: readonly MessageDescriptor[]
  readonly enums: readonly EnumDescriptor[]
  readonly services: readonly ServiceDescriptor[]
  readonly syntax: string
}

/** How a message stands for a value. */
export type MessageShape = 'record' | 'tuple' | 'value'

/** A `DescriptorProto`: one message, with what is nested in it. */
export interface MessageDescriptor {
  readonly name: string
  readonly fields: readonly FieldDescriptor[]
  readonly nested: readonly MessageDescriptor[]
  readonly enums: readonly EnumDescriptor[]
  readonly oneofs: readonly OneofDescriptor[]
  readonly mapEntry: boolean
  readonly shape: MessageShape
}

/** protobuf's numbers for the types of fields */
export const fieldTypes = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const

/** A type of field, as proto files write it. */
export type FieldTypeName = keyof typeof fieldTypes

/** What sluice says of a field, or of a oneof, beyond protobuf. */
export interface FieldWords {
  /** the property's own name, where it is not the field's */
  readonly key: string
  readonly required: boolean
  /** names of the refinements of the value */
  readonly checks: readonly string[]
  /** names of the refinements of an array's items or a dictionary's values */
  readonly itemChecks: readonly string[]
  readonly hasDefault: boolean
  readonly aliases: readonly string[]
  /** `number` for a 64-bit integer, `bigint` for bytes, where the JavaScript type is not the usual one */
  readonly js: '' | 'number' | 'bigint'
  readonly hasFallback: boolean
  /** the name of the union's member */
  readonly member: string
}

/** Nothing beyond protobuf. */
export const noWords: FieldWords = {
  key: '',
  required: false,
  checks: none,
  itemChecks: none,
  hasDefault: false,
  aliases: none,
  js: '',
  hasFallback: false,
  member: '',
}

/** A `FieldDescriptorProto`: one field, with our words on it. */
export interface FieldDescriptor {
  readonly name: string
  readonly number: number
  readonly repeated: boolean
  readonly type: FieldTypeName
  /** of a message or an enum: its full name */
  readonly typeName: string
  /** the oneof that it lies in, or -1 */
  readonly oneof: number
  /** written `optional` in the text: it can be told absent from zero */
  readonly optional: boolean
  readonly words: FieldWords
}

/** What a field is where nothing else is said of it. */
export const plainField: Omit<FieldDescriptor, 'name' | 'number'> = {
  repeated: false,
  type: 'message',
  typeName: '',
  oneof: -1,
  optional: false,
  words: noWords,
}

/** A message of no fields. */
export const emptyMessage = (name: string): MessageDescriptor => ({
  name,
  fields: none,
  nested: none,
  enums: none,
  oneofs: none,
  mapEntry: false,
  shape: 'record',
})

/** A `OneofDescriptorProto`; its fields know it by its place among the message's oneofs. */
export interface OneofDescriptor {
  readonly name: string
  readonly words: FieldWords
}

/** An `EnumDescriptorProto`. */
export interface EnumDescriptor {
  readonly name: string
  readonly values: readonly EnumValueDescriptor[]
}

/** An `EnumValueDescriptorProto`, with the literal that it stands for. */
export interface EnumValueDescriptor {
  readonly name: string
  readonly number: number
  /** as JSON, or `undefined`; empty where the name is the literal */
  readonly literal: string
}

/** A `ServiceDescriptorProto`: one contract. */
export interface ServiceDescriptor {
  readonly name: string
  readonly methods: readonly MethodDescriptor[]
}

/** A `MethodDescriptorProto`, with our words on it; `input` and `output` are full names. */
export interface MethodDescriptor {
  readonly name: string
  readonly input: string
  readonly output: string
  readonly clientStreaming: boolean
  readonly serverStreaming: boolean
  readonly idempotent: boolean
  /** the method's own name, where it is no identifier */
  readonly key: string
  /** a {@link MethodKind}; empty where it follows from the streaming */
  readonly kind: string
  /** the full name of the failure's message, or empty */
  readonly failure: string
}

/**
 * The field number under which protobuf's options carry our words: in the range for use within an organisation.
 *
 * @see proto/sluice/v1/options.proto
 */
export const extensionNumber = 50_551

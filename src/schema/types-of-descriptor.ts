import { DescriptorError } from './descriptor-error.js'
import {
  noWords,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
} from './descriptor.js'
import { literalOf } from './literal-of.js'
import { isReservedNumber, maxFieldNumber } from './number-fields.js'
import type {
  ArrayBody,
  DictBody,
  EnumBody,
  Field,
  Member,
  RecordBody,
  Scalar,
  StepType,
  Type,
  UnionBody,
} from './type.js'
import { valueTypeName } from './value-file.js'

/** A number that arrays and dictionaries lie under in their wrapping message, see {@link ArrayBody}. */
interface Wrapped {
  readonly type: Type
  readonly numbers: readonly number[]
}

/**
 * Turns the messages of a far end's descriptor into types, to be compared with ours and read from.
 *
 * Names are used to find things, never as keys of objects and never as code.
 */
export class DescriptorTypes {
  readonly #messages = new Map<string, MessageDescriptor>()
  readonly #enums = new Map<string, EnumDescriptor>()
  readonly #types = new Map<string, Type>()
  readonly #enumBodies = new Map<string, EnumBody>()
  #depth = 0

  /** @throws {@link DescriptorError} when two things have one name */
  constructor(files: readonly FileDescriptor[]) {
    for (const file of files) {
      const prefix = file.package === '' ? '' : `.${file.package}`
      for (const message of file.messages) this.#addMessage(prefix, message)
      for (const each of file.enums) this.#add(this.#enums, `${prefix}.${each.name}`, each)
    }
  }

  /** The full names of all messages that are no map's entry. */
  names(): readonly string[] {
    return [...this.#messages].filter(([, message]) => !message.mapEntry).map(([name]) => name)
  }

  /**
   * The type of a message that carries a value by itself.
   *
   * @throws {@link DescriptorError} when it, or something in it, is not there or makes no sense
   */
  topLevel(name: string): Type {
    const message = this.#find(name)
    if (message.shape === 'value' && message.fields.length === 1) {
      const [field] = this.#fields(message, name)
      if (
        field !== undefined &&
        (field.type.kind === 'scalar' || field.type.kind === 'enum' || field.type.kind === 'unknown')
      ) {
        if (field.numbers[0] !== 1) throw new DescriptorError(`${name} wraps a value in a field that is not number 1`)
        return field.type
      }
    }
    return this.#message(name)
  }

  #addMessage(prefix: string, message: MessageDescriptor): void {
    const name = `${prefix}.${message.name}`
    this.#add(this.#messages, name, message)
    for (const nested of message.nested) this.#addMessage(name, nested)
    for (const each of message.enums) this.#add(this.#enums, `${name}.${each.name}`, each)
  }

  #add<A>(map: Map<string, A>, name: string, value: A): void {
    if (map.has(name)) throw new DescriptorError(`${name} is defined twice`)
    map.set(name, value)
  }

  #find(name: string): MessageDescriptor {
    const message = this.#messages.get(name)
    if (message === undefined) throw new DescriptorError(`${name} is not defined`)
    return message
  }

  #message(name: string): Type {
    if (name === valueTypeName) return { kind: 'unknown', steps: [] }
    const known = this.#types.get(name)
    if (known !== undefined) return known
    const message = this.#find(name)
    if (message.mapEntry) throw new DescriptorError(`${name} is a map's entry and nothing else`)
    if (this.#depth > 500) throw new DescriptorError('messages refer to each other too deeply')
    this.#depth += 1
    const type = message.shape === 'value' ? this.#wrapper(message, name) : this.#record(message, name)
    this.#depth -= 1
    return type
  }

  #record(message: MessageDescriptor, name: string): Type {
    const kind = message.shape === 'tuple' ? 'tuple' : 'record'
    const body: RecordBody = { hint: message.name, fields: [] }
    const type: Type = { kind, body, steps: [] }
    this.#types.set(name, type)
    const fields = this.#fields(message, name)
    const keys = new Set<string>()
    for (const { key } of fields) {
      if (keys.has(key)) throw new DescriptorError(`${name} has two properties ${key}`)
      keys.add(key)
    }
    body.fields = fields
    return type
  }

  // a message around an array, a dictionary or a union
  #wrapper(message: MessageDescriptor, name: string): Type {
    const oneof = message.fields.length > 0 && message.fields.every(field => field.oneof === 0 && !field.optional)
    const [field] = message.fields
    if (oneof) {
      const body: UnionBody = { hint: message.name, members: [] }
      const fallback = message.oneofs[0]?.words.hasFallback === true ? { fallback: unseen } : {}
      const type: Type = { kind: 'union', body, steps: [], ...fallback }
      this.#types.set(name, type)
      checkNumbers(message, name)
      body.members = this.#members(message.fields)
      return type
    }
    if (field === undefined || message.fields.length > 1 || !field.repeated)
      throw new DescriptorError(`${name} says that it wraps a value, and does not`)
    checkNumbers(message, name)
    const map = this.#mapEntry(field)
    if (map === undefined) {
      const body = { hint: message.name, number: field.number } as ArrayBody
      const type: Type = { kind: 'array', body, steps: [] }
      this.#types.set(name, type)
      body.item = this.#element(field)
      return type
    }
    const body = { hint: message.name, number: field.number, holdsKey: undefined } as DictBody
    const type: Type = { kind: 'dict', body, steps: [] }
    this.#types.set(name, type)
    body.value = withSteps(this.#element(map, field.words), field.words.itemChecks)
    return type
  }

  #fields(message: MessageDescriptor, name: string): readonly Field[] {
    checkNumbers(message, name)
    const fields: Field[] = []
    const oneofs = new Set<number>()
    for (const field of message.fields) {
      // a oneof that is no union of ours: its members are properties, of which one is there
      const foreign = message.oneofs[field.oneof]?.words === noWords
      if (field.oneof !== -1 && !field.optional && !foreign) {
        if (oneofs.has(field.oneof)) continue
        oneofs.add(field.oneof)
        fields.push(this.#oneof(message, field.oneof, name))
        continue
      }
      const { type, numbers } = this.#field(field)
      const { words } = field
      fields.push({
        key: words.key === '' ? field.name : words.key,
        name: field.name,
        required: words.required,
        numbers,
        type: words.hasFallback && type.kind === 'enum' ? { ...type, fallback: unseen } : type,
        aliases: words.aliases,
        fallback: words.hasDefault ? unseen : undefined,
        // without our words and without `optional`, absence means zero, as in any proto3 message
        ...(!words.required && !field.optional && !foreign && isPlain(type) ? { implicit: true } : {}),
        // a repeated field is there even when it is empty
        ...(field.repeated ? { required: true } : {}),
      })
    }
    return fields
  }

  #oneof(message: MessageDescriptor, index: number, name: string): Field {
    const oneof = message.oneofs[index]
    if (oneof === undefined) throw new DescriptorError(`${name} has no oneof ${index}`)
    const members = message.fields.filter(field => field.oneof === index && !field.optional)
    const body: UnionBody = { hint: '', members: this.#members(members) }
    const { words } = oneof
    return {
      key: words.key === '' ? oneof.name : words.key,
      name: oneof.name,
      required: words.required,
      numbers: members.map(member => member.number),
      type: { kind: 'union', body, steps: stepsOf(words.checks), ...(words.hasFallback ? { fallback: unseen } : {}) },
      aliases: words.aliases,
      fallback: words.hasDefault ? unseen : undefined,
    }
  }

  #members(fields: readonly FieldDescriptor[]): readonly Member[] {
    return fields.map(field => {
      if (field.repeated) throw new DescriptorError('a repeated field in a oneof')
      const name = field.words.member === '' ? field.name : field.words.member
      return { name, number: field.number, type: withSteps(this.#element(field), field.words.checks) }
    })
  }

  #field(field: FieldDescriptor): Wrapped {
    const numbers = [field.number]
    const { words } = field
    if (!field.repeated) return { type: withSteps(this.#element(field), words.checks), numbers }
    const map = this.#mapEntry(field)
    if (map === undefined) {
      const item = withSteps(this.#element(field), words.itemChecks)
      const body: ArrayBody = { hint: '', number: field.number, item }
      return { type: { kind: 'array', body, steps: stepsOf(words.checks) }, numbers }
    }
    // what is said of a map's values is said on the map
    const value = withSteps(this.#element(map, words), words.itemChecks)
    const body: DictBody = { hint: '', number: field.number, holdsKey: undefined, value }
    return { type: { kind: 'dict', body, steps: stepsOf(words.checks) }, numbers }
  }

  // the value's field of a map's entry, if the field is a map
  #mapEntry(field: FieldDescriptor): FieldDescriptor | undefined {
    if (field.type !== 'message') return undefined
    const entry = this.#messages.get(field.typeName)
    if (entry?.mapEntry !== true) return undefined
    const [key, value] = entry.fields
    if (key?.number !== 1 || value?.number !== 2 || entry.fields.length !== 2)
      throw new DescriptorError(`${field.typeName} is no map's entry`)
    if (key.type !== 'string') throw new DescriptorError(`${field.typeName} has keys that are no strings`)
    return value
  }

  #element(field: FieldDescriptor, words: FieldWords = field.words): Type {
    if (field.type === 'message') return this.#message(field.typeName)
    if (field.type === 'enum') return { kind: 'enum', body: this.#enum(field.typeName), steps: [] }
    if (field.type === 'group') throw new DescriptorError('groups are not supported')
    return { kind: 'scalar', scalar: scalarOf(field.type, words), steps: [] }
  }

  #enum(name: string): EnumBody {
    const known = this.#enumBodies.get(name)
    if (known !== undefined) return known
    const each = this.#enums.get(name)
    if (each === undefined) throw new DescriptorError(`${name} is not defined`)
    if (each.values.length === 0) throw new DescriptorError(`${name} has no values`)
    const values = each.values.map(value => ({ number: value.number, literal: literalOf(value.literal, value.name) }))
    if (new Set(values.map(value => value.literal)).size < values.length)
      throw new DescriptorError(`${name} says one literal twice`)
    const body: EnumBody = { hint: each.name, values }
    this.#enumBodies.set(name, body)
    return body
  }
}

// that there is a default or a fallback is all that a descriptor says of it
const unseen = { value: undefined }

const isPlain = (type: Type): boolean => type.kind === 'scalar' || type.kind === 'enum'

const stepsOf = (checks: readonly string[]): readonly StepType[] =>
  checks.map(name => ({ kind: 'refine', name, holds: () => true, codec: undefined as never }))

const withSteps = (type: Type, checks: readonly string[]): Type =>
  checks.length === 0 ? type : { ...type, steps: stepsOf(checks) }

const scalarOf = (type: FieldDescriptor['type'], words: FieldWords): Scalar => {
  if (type === 'int64' && words.js === 'number') return 'int53'
  if (type === 'bytes' && words.js === 'bigint') return 'bigint'
  return type as Scalar
}

const checkNumbers = (message: MessageDescriptor, name: string): void => {
  const seen = new Set<number>()
  for (const { number } of message.fields) {
    if (number < 1 || number > maxFieldNumber || isReservedNumber(number))
      throw new DescriptorError(`${name} has a field with number ${number}`)
    if (seen.has(number)) throw new DescriptorError(`${name} has two fields with number ${number}`)
    seen.add(number)
  }
}

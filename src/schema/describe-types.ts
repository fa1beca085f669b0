import {
  emptyMessage,
  noWords,
  plainField,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldTypeName,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
  type OneofDescriptor,
} from './descriptor.js'
import { mangle } from './number-fields.js'
import { isMessage, isRecord, layoutOf, type Body, type EnumBody, type Field, type Scalar, type Type } from './type.js'
import { valueFile, valueFileName, valueTypeName } from './value-file.js'

/** A member of a oneof, in a message that wraps a union: the oneof's name there. */
const choice = 'value'

/**
 * Lays types out as the messages and enums of one protobuf file.
 *
 * Ask for every type with {@link messageFor}, then take the file with {@link finish}. The order of asking decides the
 * names of what has none of its own, so it must not depend on anything but the codecs.
 */
export class FileBuilder {
  readonly #package: string
  readonly #messages: MessageDescriptor[] = []
  readonly #enums: EnumDescriptor[] = []
  readonly #names = new Map<Body, string>()
  readonly #enumNames = new Map<EnumBody, string>()
  readonly #used = new Set<string>()
  #usesValue = false

  /**
   * @param packageName - may be empty
   * @param reserved - names that messages must not take
   */
  constructor(packageName: string, reserved: readonly string[] = []) {
    this.#package = packageName
    for (const name of reserved) this.#used.add(name.toLowerCase())
  }

  /** The full name of the message that carries a value of a type by itself; made when it is first asked for. */
  messageFor(type: Type, path: string): string {
    if (isRecord(type) || (isMessage(type) && type.kind !== 'unknown')) return this.#body(type, path)
    const name = this.#unique(path)
    const at = this.#place()
    this.#put(at, { ...emptyMessage(name), ...this.#fields([valueField(type)], name), shape: 'value' })
    return this.#full(name)
  }

  /** The file, and the files that it needs before it. */
  finish(file: Pick<FileDescriptor, 'name' | 'services'>): readonly FileDescriptor[] {
    const own: FileDescriptor = {
      ...file,
      package: this.#package,
      dependencies: this.#usesValue ? [valueFileName] : [],
      messages: this.#messages,
      enums: this.#enums,
      syntax: 'proto3',
    }
    return this.#usesValue ? [valueFile, own] : [own]
  }

  #body(type: Exclude<Type, { readonly kind: 'scalar' | 'enum' | 'unknown' }>, path: string): string {
    const known = this.#names.get(type.body)
    if (known !== undefined) return this.#full(known)
    const wraps = !isRecord(type)
    const hint = type.body.hint
    const name = this.#unique(hint === '' ? path : wraps ? `${hint}${suffixes[type.kind] ?? ''}` : hint)
    this.#names.set(type.body, name)
    const at = this.#place()
    const fields = isRecord(type) ? type.body.fields : [valueField(type)]
    const shape = isRecord(type) ? type.kind : 'value'
    this.#put(at, { ...emptyMessage(name), ...this.#fields(fields, name), shape })
    return this.#full(name)
  }

  // messages stand in the order in which they are met, though what they hold is known later
  #place(): number {
    return this.#messages.push(emptyMessage('')) - 1
  }

  #put(at: number, message: MessageDescriptor): void {
    this.#messages[at] = message
  }

  #fields(fields: readonly Field[], owner: string): Pick<MessageDescriptor, 'fields' | 'oneofs' | 'nested'> {
    const made: FieldDescriptor[] = []
    const oneofs: OneofDescriptor[] = []
    const nested: MessageDescriptor[] = []
    const taken = new Set(fields.map(field => field.name))
    for (const field of fields) {
      const { type, numbers, required, name } = field
      const layout = layoutOf(type, required)
      const words = wordsOf(field)
      const at = (index: number): number => numbers[index] as number
      if (layout === 'oneof' && type.kind === 'union') {
        const oneof = oneofs.push({ name: freeName(`${name}_choice`, taken), words: { ...words, key: field.key } }) - 1
        type.body.members.forEach((member, index) => {
          const memberName = freeName(owner === '' ? member.name : `${name}_${snake(member.name)}`, taken)
          made.push({
            ...plainField,
            ...this.#element(member.type, `${owner}${pascal(name)}${pascal(member.name)}`),
            name: memberName,
            number: at(index),
            oneof,
            words: { ...elementWords(member.type), member: member.name },
          })
        })
        continue
      }
      const whole = { ...plainField, name, number: at(0) }
      if (layout === 'map' && type.kind === 'dict') {
        const entry = `${pascal(name)}Entry`
        const value = this.#element(type.body.value, `${owner}${pascal(name)}Value`)
        nested.push({
          ...emptyMessage(entry),
          fields: [
            { ...plainField, name: 'key', number: 1, type: 'string' },
            { ...plainField, ...value, name: 'value', number: 2 },
          ],
          mapEntry: true,
        })
        made.push({
          ...whole,
          repeated: true,
          typeName: `${this.#full(owner)}.${entry}`,
          words: { ...words, ...itemWords(type.body.value) },
        })
      } else if (layout === 'repeated' && type.kind === 'array') {
        const { item } = type.body
        made.push({
          ...whole,
          ...this.#element(item, `${owner}${pascal(name)}Item`),
          repeated: true,
          words: { ...words, ...itemWords(item) },
        })
      } else {
        made.push({
          ...whole,
          ...this.#element(type, `${owner}${pascal(name)}`),
          optional: !isMessage(type),
          words: { ...words, js: jsOf(type) },
        })
      }
    }
    return { ...withPresence(made, oneofs, taken), nested }
  }

  #element(type: Type, path: string): Pick<FieldDescriptor, 'type' | 'typeName'> {
    switch (type.kind) {
      case 'scalar':
        return { type: protobufType(type.scalar), typeName: '' }
      case 'enum':
        return { type: 'enum', typeName: this.#enum(type.body, path) }
      case 'unknown':
        this.#usesValue = true
        return { type: 'message', typeName: valueTypeName }
      default:
        return { type: 'message', typeName: this.#body(type, path) }
    }
  }

  #enum(body: EnumBody, path: string): string {
    const known = this.#enumNames.get(body)
    if (known !== undefined) return this.#full(known)
    const name = this.#unique(body.hint === '' ? path : body.hint)
    this.#enumNames.set(body, name)
    const taken = new Set<string>()
    const prefix = snake(name).toUpperCase()
    this.#enums.push({
      name,
      values: body.values.map(({ number, literal }) => ({
        name: freeName(`${prefix}_${mangle(String(literal)).toUpperCase()}`, taken),
        number,
        literal: literal === undefined ? 'undefined' : JSON.stringify(literal),
      })),
    })
    return this.#full(name)
  }

  #full(name: string): string {
    return this.#package === '' ? `.${name}` : `.${this.#package}.${name}`
  }

  #unique(wanted: string): string {
    const base = wanted === '' ? 'Value' : wanted
    let name = base
    for (let n = 2; this.#used.has(name.toLowerCase()); n += 1) name = `${base}${n}`
    this.#used.add(name.toLowerCase())
    return name
  }
}

const suffixes: Readonly<Record<string, string>> = { array: 'List', dict: 'Map', union: '' }

/** The only field of a message that wraps a value. */
const valueField = (type: Type): Field => ({
  key: choice,
  name: choice,
  required: true,
  numbers:
    type.kind === 'union'
      ? type.body.members.map(member => member.number)
      : [type.kind === 'array' || type.kind === 'dict' ? type.body.number : 1],
  type,
  aliases: [],
})

// a field with presence lies in a oneof of its own, and those stand behind the others
const withPresence = (
  fields: readonly FieldDescriptor[],
  oneofs: readonly OneofDescriptor[],
  taken: Set<string>,
): Pick<MessageDescriptor, 'fields' | 'oneofs'> => {
  const all = [...oneofs]
  const done = fields.map(field =>
    field.optional
      ? { ...field, oneof: all.push({ name: freeName(`_${field.name}`, taken), words: noWords }) - 1 }
      : field,
  )
  return { fields: done, oneofs: all }
}

const protobufType = (scalar: Scalar): FieldTypeName =>
  scalar === 'int53' ? 'int64' : scalar === 'bigint' ? 'bytes' : scalar

const jsOf = (type: Type): FieldWords['js'] =>
  type.kind !== 'scalar' ? '' : type.scalar === 'int53' ? 'number' : type.scalar === 'bigint' ? 'bigint' : ''

const checksOf = (type: Type): readonly string[] =>
  type.steps.filter(step => step.kind === 'refine').map(step => step.name.slice(0, 200))

const wordsOf = (field: Field): FieldWords => ({
  key: field.key === field.name ? '' : field.key,
  required: field.required,
  checks: checksOf(field.type),
  itemChecks: [],
  hasDefault: field.fallback !== undefined,
  aliases: field.aliases,
  js: '',
  hasFallback: (field.type.kind === 'union' || field.type.kind === 'enum') && field.type.fallback !== undefined,
  member: '',
})

const itemWords = (type: Type): Pick<FieldWords, 'itemChecks' | 'js'> => ({
  itemChecks: checksOf(type),
  js: jsOf(type),
})

const elementWords = (type: Type): FieldWords => ({ ...noWords, checks: checksOf(type), js: jsOf(type) })

const freeName = (wanted: string, taken: Set<string>): string => {
  let name = wanted
  for (let n = 2; taken.has(name); n += 1) name = `${wanted}_${n}`
  taken.add(name)
  return name
}

/** `makeSandwich` as `MakeSandwich`. */
export const pascal = (name: string): string =>
  mangle(name)
    .split('_')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

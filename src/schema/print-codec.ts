import { naturalNumber } from './codec-of-type.js'
import { isIdentifierLike } from './identifier.js'
import { mangle } from './number-fields.js'
import { printLiteral } from './print-type.js'
import type { Field, Literal, RecordType, Type } from './type.js'

/** io-ts source for named types: a constant for each, and the names it takes from `sluice`. */
export interface PrintedCodecs {
  readonly text: string
  /** names to import from sluice */
  readonly names: ReadonlySet<string>
  /** the constants' names by the names that were given */
  readonly constants: ReadonlyMap<string, string>
}

const ours = new Set([
  'bytes',
  'float',
  'int32',
  'uint32',
  'sint32',
  'fixed32',
  'sfixed32',
  'int64',
  'uint64',
  'sint64',
  'fixed64',
  'sfixed64',
  'int53',
])

const theirs: Readonly<Record<string, string>> = {
  string: 't.string',
  bool: 't.boolean',
  double: 't.number',
  bigint: 't.bigint',
}

/**
 * Prints io-ts codecs for the types of a descriptor, each after those that it uses; recursive ones with an interface.
 *
 * @param types - by full names, such as `.demo.Order`
 */
export const printCodecs = (types: ReadonlyMap<string, Type>): PrintedCodecs => {
  const names = new Set<string>()
  const constants = new Map<string, string>()
  const byBody = new Map<object, string>()
  const used = new Set<string>(['t', ...ours, 'contract', 'withDefault', 'pinned', 'alias'])
  for (const [full, type] of types) {
    const wanted = constantName(full)
    let name = wanted
    for (let n = 2; used.has(name); n += 1) name = `${wanted}${n}`
    used.add(name)
    constants.set(full, name)
    if ('body' in type) byBody.set(type.body, name)
  }
  const done = new Set<string>()
  const open = new Set<string>()
  const recursive = new Set<string>()
  const chunks: string[] = []

  const take = (name: string): string => {
    names.add(name)
    return name
  }

  const codec = (type: Type): string => {
    if ('body' in type) {
      const name = byBody.get(type.body)
      if (name !== undefined) {
        if (open.has(name)) recursive.add(name)
        else define(name, type)
        return name
      }
    }
    return inline(type)
  }

  const inline = (type: Type): string => {
    switch (type.kind) {
      case 'scalar':
        return ours.has(type.scalar) ? take(type.scalar) : (theirs[type.scalar] ?? 't.unknown')
      case 'unknown':
        return 't.unknown'
      case 'enum': {
        const literals = type.body.values.map(({ literal }) => literal)
        if (literals.length > 1 && literals.every(literal => typeof literal === 'string'))
          return `t.keyof({ ${literals.map(literal => `${keyText(literal)}: null`).join(', ')} })`
        return union(literals.map(literalCodec))
      }
      case 'array':
        return `t.array(${codec(type.body.item)})`
      case 'dict':
        return `t.record(t.string, ${codec(type.body.value)})`
      case 'union':
        return union(type.body.members.map(member => codec(member.type)))
      case 'tuple':
        return `t.tuple([${type.body.fields.map(field => codec(field.type)).join(', ')}])`
      case 'record':
        return record(type)
    }
  }

  const record = (type: RecordType): string => {
    const { fields } = type.body
    const props = (of: readonly Field[]): string =>
      of.map(field => `  ${keyText(field.key)}: ${fieldCodec(field, naturalNumber(fields, field))},\n`).join('')
    const [required, optional] = [fields.filter(isRequired), fields.filter(field => !isRequired(field))]
    if (optional.length === 0) return required.length === 0 ? 't.type({})' : `t.type({\n${props(required)}})`
    if (required.length === 0) return `t.partial({\n${props(optional)}})`
    return `t.intersection([t.type({\n${props(required)}}), t.partial({\n${props(optional)}})])`
  }

  const fieldCodec = (field: Field, natural: number): string => {
    let text = codec(field.type)
    if (field.implicit === true) text = `${take('withDefault')}(${text}, ${zeroText(field.type)})`
    if (field.aliases.length > 0)
      text = `${take('alias')}(${text}, ${field.aliases.map(name => JSON.stringify(name)).join(', ')})`
    const [first] = field.numbers
    const inRow = field.numbers.every((number, index) => number === (first as number) + index)
    return inRow && first !== natural ? `${take('pinned')}(${text}, ${first})` : text
  }

  const define = (name: string, type: Type): void => {
    if (done.has(name) || open.has(name)) return
    open.add(name)
    const text = inline(type)
    open.delete(name)
    done.add(name)
    const hint = JSON.stringify(name)
    if (!recursive.has(name)) {
      chunks.push(`export const ${name} = ${text}\nexport type ${name} = t.TypeOf<typeof ${name}>`)
      return
    }
    // TypeScript cannot infer a type from its own codec: it is written out
    chunks.push(
      `export type ${name} = ${typeText(type, name)}\n` +
        `export const ${name}: t.Type<${name}> = t.recursion<${name}>(${hint}, () =>\n  (${text}) as unknown as t.Type<${name}>)`,
    )
  }

  const typeText = (type: Type, except?: string): string => {
    if ('body' in type) {
      const name = byBody.get(type.body)
      if (name !== undefined && name !== except) return name
    }
    switch (type.kind) {
      case 'scalar':
        return scalarType(type.scalar)
      case 'unknown':
        return 'unknown'
      case 'enum':
        return type.body.values.map(({ literal }) => printLiteral(literal)).join(' | ')
      case 'array':
        return `Array<${typeText(type.body.item)}>`
      case 'dict':
        return `{ [key: string]: ${typeText(type.body.value)} }`
      case 'union':
        return type.body.members.map(member => typeText(member.type)).join(' | ')
      case 'tuple':
        return `[${type.body.fields.map(field => typeText(field.type)).join(', ')}]`
      case 'record':
        return `{ ${type.body.fields.map(field => `${keyText(field.key)}${isRequired(field) ? '' : '?'}: ${typeText(field.type)}${isRequired(field) ? '' : ' | undefined'}`).join('; ')} }`
    }
  }

  for (const [full, type] of types) define(constants.get(full) as string, type)
  return { text: chunks.join('\n\n'), names, constants }
}

const isRequired = (field: Field): boolean => field.required || field.implicit === true

const constantName = (full: string): string => {
  const parts = full.split('.').filter(part => part !== '')
  // what is nested in a message carries its name; packages begin with a small letter
  const from = parts.findIndex(part => /^[A-Z]/.test(part))
  return mangle(parts.slice(from === -1 ? -1 : from).join(''))
}

const keyText = (key: string): string =>
  isIdentifierLike(key) ? key : key === '__proto__' ? "['__proto__']" : JSON.stringify(key)

const literalCodec = (literal: Literal): string =>
  literal === null ? 't.null' : literal === undefined ? 't.undefined' : `t.literal(${JSON.stringify(literal)})`

const union = (members: readonly string[]): string =>
  members.length === 1 ? (members[0] as string) : `t.union([${members.join(', ')}])`

const scalarType = (scalar: string): string => {
  if (scalar === 'string') return 'string'
  if (scalar === 'bool') return 'boolean'
  if (scalar === 'bytes') return 'Uint8Array'
  return /64$|^bigint$/.test(scalar) ? 'bigint' : 'number'
}

const zeroText = (type: Type): string => {
  if (type.kind === 'enum') {
    const zero = type.body.values.find(value => value.number === 0)
    return printLiteral(zero?.literal)
  }
  if (type.kind !== 'scalar') return 'undefined'
  switch (scalarType(type.scalar)) {
    case 'string':
      return "''"
    case 'boolean':
      return 'false'
    case 'Uint8Array':
      return 'new Uint8Array(0)'
    case 'bigint':
      return '0n'
    default:
      return '0'
  }
}

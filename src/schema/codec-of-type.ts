import * as t from 'io-ts'
import { alias, pinned, withDefault } from './field-options.js'
import * as scalars from './integers.js'
import { zeroOf } from './resolve.js'
import type { EnumBody, Field, Scalar, Type } from './type.js'

/** The codec of each scalar. */
export const scalarCodecs: Readonly<Record<Scalar, t.Mixed>> = {
  string: t.string,
  bool: t.boolean,
  bytes: scalars.bytes,
  double: t.number,
  float: scalars.float,
  int32: scalars.int32,
  uint32: scalars.uint32,
  sint32: scalars.sint32,
  fixed32: scalars.fixed32,
  sfixed32: scalars.sfixed32,
  int64: scalars.int64,
  uint64: scalars.uint64,
  sint64: scalars.sint64,
  fixed64: scalars.fixed64,
  sfixed64: scalars.sfixed64,
  int53: scalars.int53,
  bigint: t.bigint,
}

/**
 * Makes io-ts codecs of types: the way back from a descriptor.
 *
 * Refinements are not in a descriptor, so what comes back is wider than what was described.
 */
export class CodecMaker {
  readonly #codecs = new Map<object, t.Mixed>()
  readonly #open = new Set<object>()

  /** The codec of a type; recursive where the type is. */
  codec(type: Type): t.Mixed {
    if (type.kind === 'scalar') return scalarCodecs[type.scalar]
    if (type.kind === 'unknown') return t.unknown
    if (type.kind === 'enum') return enumCodec(type.body)
    const known = this.#codecs.get(type.body)
    if (known !== undefined) return known
    const { hint } = type.body
    // a codec that is met inside itself stands for itself
    const self: t.Mixed = t.recursion(hint === '' ? 'Self' : hint, () => this.#codecs.get(type.body) as t.Mixed)
    if (this.#open.has(type.body)) return self
    this.#open.add(type.body)
    const made = this.#make(type)
    this.#open.delete(type.body)
    this.#codecs.set(type.body, made)
    return made
  }

  #make(type: Exclude<Type, { readonly kind: 'scalar' | 'unknown' | 'enum' }>): t.Mixed {
    const name = type.body.hint === '' ? undefined : type.body.hint
    switch (type.kind) {
      case 'array':
        return t.array(this.codec(type.body.item), name)
      case 'dict':
        return t.record(t.string, this.codec(type.body.value), name)
      case 'union':
        return unionCodec(
          type.body.members.map(member => this.codec(member.type)),
          name,
        )
      case 'tuple':
        return t.tuple(type.body.fields.map(field => this.codec(field.type)) as [t.Mixed, t.Mixed], name)
      case 'record': {
        const { fields } = type.body
        const props = (of: readonly Field[]): t.Props =>
          Object.fromEntries(of.map(field => [field.key, this.#field(field, naturalNumber(fields, field))]))
        const [required, optional] = [fields.filter(isRequired), fields.filter(field => !isRequired(field))]
        if (optional.length === 0) return t.type(props(required), name)
        if (required.length === 0) return t.partial(props(optional), name)
        return t.intersection([t.type(props(required)), t.partial(props(optional))], name)
      }
    }
  }

  #field(field: Field, natural: number): t.Mixed {
    let codec = this.codec(field.type)
    if (field.implicit === true) {
      const zero = zeroOf(field.type)
      if (zero.is === 'value') codec = withDefault(codec as t.Type<unknown>, zero.value)
    }
    if (field.aliases.length > 0) codec = alias(codec, ...field.aliases)
    return isPinnable(field) && field.numbers[0] !== natural ? pinned(codec, field.numbers[0] as number) : codec
  }
}

const isRequired = (field: Field): boolean => field.required || field.implicit === true

const isPinnable = ({ numbers }: Field): boolean =>
  numbers.every((number, index) => number === (numbers[0] as number) + index)

/** The number that a field has where nothing is pinned: fields that must be there come first. */
export const naturalNumber = (fields: readonly Field[], field: Field): number => {
  const ordered = [...fields.filter(isRequired), ...fields.filter(each => !isRequired(each))]
  let next = 1
  for (const each of ordered) {
    if (each === field) return next
    next += each.numbers.length
  }
  return next
}

const enumCodec = (body: EnumBody): t.Mixed => {
  const literals = body.values.map(({ literal }) => literal)
  const name = body.hint === '' ? undefined : body.hint
  if (literals.every(literal => typeof literal === 'string') && literals.length > 1)
    return t.keyof(Object.fromEntries(literals.map(literal => [literal, null])), name)
  return unionCodec(
    literals.map(literal => (literal === null ? t.null : literal === undefined ? t.undefined : t.literal(literal))),
    name,
  )
}

const unionCodec = (members: readonly t.Mixed[], name: string | undefined): t.Mixed => {
  const [first] = members
  if (members.length === 1 && first !== undefined) return first
  return t.union(members as unknown as [t.Mixed, t.Mixed], name)
}

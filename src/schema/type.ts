import type * as t from 'io-ts'
import { scalars, type Literal, type Scalar, type WireType } from './scalar.js'

export type { Literal, Scalar } from './scalar.js'

/**
 * What a value looks like on the wire: the one form in which both ends' schemas are held.
 *
 * {@link derive} makes it of an io-ts codec, {@link fromDescriptor} of a far end's descriptor. Field numbers are part of
 * it, names of messages are not: two ends are compared by what their messages hold.
 *
 * A `body` is what a message is made of and has an identity; a node around it adds steps, so that a branded record
 * and the plain one share their message.
 */
export type Type = ScalarType | EnumType | RecordType | TupleType | ArrayType | DictType | UnionType | UnknownType

/**
 * What lies between a value on the wire and the user's value, innermost first.
 *
 * `refine` lets values pass, `via` turns the wire's value into the user's.
 */
export type StepType =
  | { readonly kind: 'refine'; readonly name: string; readonly holds: (value: never) => boolean; readonly codec: t.Any }
  | { readonly kind: 'via'; readonly name: string; readonly codec: t.Any }

interface Node {
  /** innermost first; the descriptor of a far end names refinements only */
  readonly steps: readonly StepType[]
  /** the codec it was derived from */
  readonly codec?: t.Any | undefined
}

/** One number, text, boolean or run of bytes. */
export interface ScalarType extends Node {
  readonly kind: 'scalar'
  readonly scalar: Scalar
}

/** One choice of an enum: its number on the wire, and what it stands for. */
export interface EnumValue {
  readonly number: number
  readonly literal: Literal
}

/** Literals, keys, `null`, `undefined`: a choice of values that hold nothing. */
export interface EnumType extends Node {
  readonly fallback?: Fallback | undefined
  readonly kind: 'enum'
  readonly body: EnumBody
}

/** The choices of an enum; `hint` is a name for it, or empty. */
export interface EnumBody {
  readonly hint: string
  readonly values: readonly EnumValue[]
}

/** A reader's answer to what its enum or union does not know. */
export interface Fallback {
  readonly value: unknown
}

/** One property of a record, or one item of a tuple. */
export interface Field {
  /** the property's own name */
  readonly key: string
  /** its name in the descriptor */
  readonly name: string
  readonly required: boolean
  /** one number; for a union that lies in the record, one for each of its members */
  readonly numbers: readonly number[]
  readonly type: Type
  /** names by which a writer may call it */
  readonly aliases: readonly string[]
  /** the value that a reader takes for an absent field */
  readonly fallback?: { readonly value: unknown } | undefined
  /** the number that was asked for, where one was */
  readonly pinned?: number | undefined
  /** absent means zero, as in a proto3 field without presence */
  readonly implicit?: boolean
}

/** Properties by name. */
export interface RecordType extends Node {
  readonly kind: 'record'
  readonly body: RecordBody
}

/** The fields of a record or a tuple; `hint` is a name for its message, or empty. */
export interface RecordBody {
  readonly hint: string
  fields: readonly Field[]
}

/** Items by place: a record whose keys are `0`, `1` and so on. */
export interface TupleType extends Node {
  readonly kind: 'tuple'
  readonly body: RecordBody
}

/** Any number of one kind of item. */
export interface ArrayType extends Node {
  readonly kind: 'array'
  readonly body: ArrayBody
}

/** What an array holds; `hint` is a name for its message, or empty. */
export interface ArrayBody {
  readonly hint: string
  /** its field number in the message that wraps it where it cannot be a repeated field */
  readonly number: number
  item: Type
}

/** Any number of properties of one kind, whatever their names. */
export interface DictType extends Node {
  readonly kind: 'dict'
  readonly body: DictBody
}

/** What a dictionary holds; `hint` is a name for its message, or empty. */
export interface DictBody {
  readonly hint: string
  readonly number: number
  /** what keys must satisfy; a key that does not is not part of the value */
  readonly holdsKey: ((key: string) => boolean) | undefined
  value: Type
}

/** One choice of a union. */
export interface Member {
  /** its name in the `oneof` */
  readonly name: string
  readonly number: number
  readonly type: Type
}

/** One of several types. */
export interface UnionType extends Node {
  readonly kind: 'union'
  readonly body: UnionBody
  readonly fallback?: Fallback | undefined
}

/** The choices of a union; `hint` is a name for its message, or empty. */
export interface UnionBody {
  readonly hint: string
  members: readonly Member[]
}

/** Whatever is data: `sluice.v1.Value`. */
export interface UnknownType extends Node {
  readonly kind: 'unknown'
}

/** The bodies that are messages of their own. */
export type Body = RecordBody | ArrayBody | DictBody | UnionBody

/**
 * How a type lies in a field of a message.
 *
 * A required array is a repeated field, a required dictionary a map, a union a `oneof`; anything else is one field, and
 * what cannot be one is wrapped in a message.
 */
export type Layout = 'single' | 'repeated' | 'map' | 'oneof' | 'constant'

/** {@link Layout} of a type in a field. */
export const layoutOf = (type: Type, required: boolean): Layout => {
  switch (type.kind) {
    case 'union':
      return 'oneof'
    case 'array':
      return required ? 'repeated' : 'single'
    case 'dict':
      return required ? 'map' : 'single'
    case 'enum':
      return required && type.body.values.length === 1 ? 'constant' : 'single'
    default:
      return 'single'
  }
}

/** True when a value is written as one length-delimited message. */
export const isMessage = (type: Type): type is Exclude<Type, { readonly kind: 'scalar' | 'enum' }> =>
  type.kind !== 'scalar' && type.kind !== 'enum'

/** True for the records, whose message is their own; other messages wrap a value. */
export const isRecord = (type: Type): type is RecordType | TupleType => type.kind === 'record' || type.kind === 'tuple'

/** {@link WireType} of a type in a field. */
export const wireTypeOf = (type: Type): WireType =>
  type.kind === 'enum' ? 0 : type.kind === 'scalar' ? scalars[type.scalar].wire : 2

/** True when an array of them is written as one packed field. */
export const isPacked = (type: Type): boolean => !isMessage(type) && wireTypeOf(type) !== 2

/** The tag in front of a field. */
export const tagOf = (number: number, type: Type): number => ((number << 3) | wireTypeOf(type)) >>> 0

/** True when `undefined` is one of the type's own values. */
export const takesUndefined = (type: Type): boolean => {
  if (type.steps.some(step => step.kind === 'via')) return false
  switch (type.kind) {
    case 'enum':
      return type.body.values.some(value => value.literal === undefined)
    case 'union':
      return type.body.members.some(member => takesUndefined(member.type))
    case 'unknown':
      return true
    default:
      return false
  }
}

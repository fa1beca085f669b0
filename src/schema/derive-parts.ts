import type * as t from 'io-ts'
import { metaOf, type Meta } from './meta.js'
import type { DraftField } from './number-fields.js'
import type { EnumBody, Literal, StepType, Type } from './type.js'
import { Unmappable } from './unmappable.js'

/** The `_tag` that io-ts's codecs carry. */
export const tagOf = (codec: t.Any): string => (codec as { readonly _tag?: string })._tag ?? 'nothing'

/** A path, one key further. */
export const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** A type with one step more around it. */
export const withStep = (type: Type, step: StepType, codec: t.Any): Type => ({
  ...type,
  steps: [...type.steps, step],
  codec,
})

/** An enum of literals, numbered from zero. */
export const enumOf = (literals: readonly Literal[], hint: string, codec: t.Any): Type => {
  const body: EnumBody = { hint, values: literals.map((literal, number) => ({ number, literal })) }
  return { kind: 'enum', body, steps: [], codec }
}

/** The type of a codec that is made of no other; `undefined` for the others. */
export const primitiveOf = (codec: t.Any, tag: string): Type | undefined => {
  switch (tag) {
    case 'StringType':
      return { kind: 'scalar', scalar: 'string', steps: [], codec }
    case 'NumberType':
      return { kind: 'scalar', scalar: 'double', steps: [], codec }
    case 'BigIntType':
      return { kind: 'scalar', scalar: 'bigint', steps: [], codec }
    case 'BooleanType':
      return { kind: 'scalar', scalar: 'bool', steps: [], codec }
    case 'NullType':
      return enumOf([null], '', codec)
    case 'UndefinedType':
    case 'VoidType':
      return enumOf([undefined], '', codec)
    case 'UnknownType':
    case 'AnyType':
      return { kind: 'unknown', steps: [], codec }
    default:
      return undefined
  }
}

/** A literal that can be told from others: `NaN` cannot. */
export const checkLiteral = (literal: string | number | boolean, path: string): Literal => {
  if (typeof literal === 'number' && !Number.isFinite(literal))
    throw new Unmappable(path, `${literal} cannot be a literal`, 'use t.number')
  return literal
}

/** A property with the options that lie on its codec, under its brands. */
export const draftField = (key: string, codec: t.Any, required: boolean, type: Type): DraftField => {
  let pinned: number | undefined
  let aliases: readonly string[] = []
  let byDefault: { readonly value: unknown } | undefined
  let at: t.Any | undefined = codec
  while (at !== undefined) {
    const meta: Meta | undefined = metaOf(at)
    pinned ??= meta?.pinned
    aliases = [...aliases, ...(meta?.aliases ?? [])]
    byDefault ??= meta?.default
    const tagged = at as unknown as { readonly _tag?: string; readonly type: t.Any }
    at = meta?.base ?? (meta === undefined && tagged._tag === 'RefinementType' ? tagged.type : undefined)
  }
  return { key, required, type, aliases, fallback: byDefault, pinned }
}

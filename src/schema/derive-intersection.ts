import type { DraftField } from './number-fields.js'
import { scalars } from './scalar.js'
import type { EnumValue, Member, RecordBody, Scalar, StepType, Type, UnionBody } from './type.js'
import { Unmappable } from './unmappable.js'

interface Workshop {
  readonly path: string
  /** the properties of a record, also of one whose numbers are not given yet */
  readonly draftOf: (body: RecordBody) => readonly DraftField[]
  readonly newRecord: (fields: readonly DraftField[]) => RecordBody
  readonly newUnion: (members: readonly Member[]) => UnionBody
}

/** What holds for all parts at once: records are merged, a union is met member by member. */
export const intersect = (parts: readonly Type[], shop: Workshop): Type =>
  parts.reduce((whole, part) => meet(whole, part, shop, shop.path))

const meet = (a: Type, b: Type, shop: Workshop, path: string): Type => {
  if (a === b) return a
  const steps = meetSteps(a, b, path)
  if (a.kind === 'unknown') return { ...b, steps }
  if (b.kind === 'unknown') return { ...a, steps }
  if (a.kind === 'union' || b.kind === 'union') {
    const [union, other] = a.kind === 'union' ? [a, b] : [b as typeof a & { kind: 'union' }, a]
    return { ...meetUnion(union, other, shop, path), steps }
  }
  if (a.kind === 'record' && b.kind === 'record')
    return { ...a, body: a.body === b.body ? a.body : shop.newRecord(mergeFields(a.body, b.body, shop, path)), steps }
  if (a.kind === 'record' && isOpenDict(b)) return { ...a, steps }
  if (b.kind === 'record' && isOpenDict(a)) return { ...b, steps }
  if (a.kind === 'dict' && b.kind === 'dict') {
    const [left, right] = [a.body.holdsKey, b.body.holdsKey]
    if (left === right)
      return { ...a, body: { ...a.body, value: meet(a.body.value, b.body.value, shop, `${path}{}`) }, steps }
  }
  if (a.kind === 'array' && b.kind === 'array')
    return { ...a, body: { ...a.body, item: meet(a.body.item, b.body.item, shop, `${path}[]`) }, steps }
  if (a.kind === 'enum') {
    const values = a.body.values.filter(value => accepts(b, value))
    if (values.length > 0) return { ...a, body: { hint: a.body.hint, values: renumber(values) }, steps }
  } else if (b.kind === 'enum') return meet(b, a, shop, path)
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    const scalar = narrower(a.scalar, b.scalar) ?? narrower(b.scalar, a.scalar)
    if (scalar !== undefined) return { ...a, scalar, steps }
  }
  throw new Unmappable(
    path,
    `an intersection of ${nameOf(a)} and ${nameOf(b)} has no protobuf form`,
    'write the codec that you mean, or say how it travels with via(codec, wireCodec)',
  )
}

const meetSteps = (a: Type, b: Type, path: string): readonly StepType[] => {
  const steps = [...a.steps]
  for (const step of b.steps) if (!steps.some(other => other.codec === step.codec)) steps.push(step)
  if (steps.some(step => step.kind === 'via') && steps.length > Math.min(a.steps.length, b.steps.length))
    throw new Unmappable(
      path,
      'an intersection of codecs with transformations has no protobuf form',
      'say how the whole travels: via(intersection, wireCodec)',
    )
  return steps
}

const meetUnion = (union: Extract<Type, { kind: 'union' }>, other: Type, shop: Workshop, path: string): Type => {
  const members: Member[] = []
  for (const member of union.body.members) {
    try {
      members.push({ ...member, type: meet(member.type, other, shop, path) })
    } catch (error) {
      // a member that cannot be met never occurs in the intersection
      if (!(error instanceof Unmappable)) throw error
    }
  }
  if (members.length === 0)
    throw new Unmappable(path, 'nothing satisfies the intersection', 'write the codec that you mean')
  return {
    ...union,
    body: shop.newUnion(members.map((member, index) => ({ ...member, number: index + 1 }))),
  }
}

const mergeFields = (a: RecordBody, b: RecordBody, shop: Workshop, path: string): readonly DraftField[] => {
  const merged = new Map<string, DraftField>()
  for (const field of [...shop.draftOf(a), ...shop.draftOf(b)]) {
    const twin = merged.get(field.key)
    if (twin === undefined) merged.set(field.key, field)
    else
      merged.set(field.key, {
        key: field.key,
        required: twin.required || field.required,
        type: meet(twin.type, field.type, shop, path === '' ? field.key : `${path}.${field.key}`),
        aliases: [...twin.aliases, ...field.aliases],
        fallback: twin.fallback ?? field.fallback,
        pinned: twin.pinned ?? field.pinned,
      })
  }
  return [...merged.values()]
}

const isOpenDict = (type: Type): boolean =>
  type.kind === 'dict' && type.body.value.kind === 'unknown' && type.body.holdsKey === undefined

const accepts = (type: Type, { literal }: EnumValue): boolean => {
  if (type.kind === 'enum') return type.body.values.some(value => value.literal === literal)
  if (type.kind !== 'scalar') return false
  if (type.scalar === 'string') return typeof literal === 'string'
  if (type.scalar === 'bool') return typeof literal === 'boolean'
  return type.scalar === 'double' && typeof literal === 'number'
}

const renumber = (values: readonly EnumValue[]): readonly EnumValue[] =>
  values.map(({ literal }, number) => ({ number, literal }))

const narrower = (a: Scalar, b: Scalar): Scalar | undefined =>
  a === b || (b === 'double' && scalars[a].js === 'number') ? a : undefined

const nameOf = (type: Type): string => type.codec?.name ?? type.kind

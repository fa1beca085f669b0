import type { Literal, Member, Type, UnionType } from './type.js'
import { scalars, type ScalarRule } from './scalar.js'
import { isRecordValue } from './values.js'

/** Says which member of a union carries a value: its index, or -1 for none. */
export type Pick = (value: unknown) => number

type Kind = ScalarRule['js'] | 'array' | 'object' | 'any'

/** The kinds of JavaScript value that a member may hold for; enums are told by their values instead. */
const kindOf = (type: Type): Kind => {
  if (type.steps.some(step => step.kind === 'via')) return 'any'
  switch (type.kind) {
    case 'scalar':
      return scalars[type.scalar].js
    case 'array':
    case 'tuple':
      return 'array'
    case 'record':
    case 'dict':
      return 'object'
    default:
      return 'any'
  }
}

/** The kind of a value, see {@link kindOf}; bytes are objects to io-ts as well. */
export const kindOfValue = (value: unknown): Kind => {
  const kind = typeof value
  switch (kind) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return kind
    case 'object':
      return Array.isArray(value) ? 'array' : 'object'
    default:
      return 'any'
  }
}

/** How a union's members are told apart. */
export interface Dispatch {
  /** the enum's member, and its values */
  readonly literals: { readonly index: number; readonly values: ReadonlySet<unknown> } | undefined
  /** the only member for values of a kind */
  readonly byKind: ReadonlyMap<Kind, number> | undefined
  /** records by the literal of one property */
  readonly byTag: { readonly key: string; readonly members: ReadonlyMap<Literal, number> } | undefined
}

/** Works out, once, how the members of a union can be told apart without trying them. */
export const dispatchOf = (union: UnionType): Dispatch => {
  const { members } = union.body
  const enums = members
    .map((member, index) => ({ type: member.type, index }))
    .filter(({ type }) => type.kind === 'enum')
  const [only] = enums
  const plainEnum =
    enums.length === 1 && only?.type.kind === 'enum' && only.type.steps.length === 0
      ? { index: only.index, values: new Set<unknown>(only.type.body.values.map(({ literal }) => literal)) }
      : undefined
  const rest = members.map((member, index) => ({ member, index })).filter(({ index }) => index !== plainEnum?.index)
  const kinds = new Map<Kind, number[]>()
  for (const { member, index } of rest) {
    const kind = kindOf(member.type)
    kinds.set(kind, [...(kinds.get(kind) ?? []), index])
  }
  if (enums.length > 1 || kinds.has('any') || (kinds.has('bytes') && kinds.has('object')))
    return { literals: plainEnum, byKind: undefined, byTag: undefined }
  const byKind = new Map<Kind, number>()
  for (const [kind, indexes] of kinds) if (indexes.length === 1) byKind.set(kind, indexes[0] as number)
  if (byKind.has('bytes')) byKind.set('object', byKind.get('bytes') as number)
  const objects = (kinds.get('object') ?? []).map(index => ({ index, member: members[index] as Member }))
  return { literals: plainEnum, byKind, byTag: objects.length > 1 ? tagsOf(objects) : undefined }
}

const tagsOf = (objects: readonly { readonly index: number; readonly member: Member }[]): Dispatch['byTag'] => {
  const [first] = objects
  if (first?.member.type.kind !== 'record') return undefined
  for (const { key } of first.member.type.body.fields) {
    const tags = new Map<Literal, number>()
    let usable = true
    for (const { index, member } of objects) {
      const field = member.type.kind === 'record' ? member.type.body.fields.find(each => each.key === key) : undefined
      if (field === undefined || !field.required || field.type.kind !== 'enum' || field.type.steps.length > 0) {
        usable = false
        break
      }
      for (const { literal } of field.type.body.values) {
        if (tags.has(literal)) usable = false
        tags.set(literal, index)
      }
    }
    if (usable) return { key, members: tags }
  }
  return undefined
}

/**
 * Makes the choice among a union's members.
 *
 * Where a kind of value or a tag tells them apart, that does; otherwise every member that holds for the value is
 * weighed, and the one that keeps most of it carries it: not the first that accepts.
 */
export const pickMember = (union: UnionType): Pick => {
  const { literals, byKind, byTag } = dispatchOf(union)
  const { members } = union.body
  const weigh = (value: unknown): number => {
    let best = -1
    let least = Infinity
    members.forEach(({ type }, index) => {
      if (!holds(type, value)) return
      const loss = lossOf(type, value, 0)
      if (loss < least) [best, least] = [index, loss]
    })
    return best
  }
  return value => {
    if (literals?.values.has(value) === true) return literals.index
    if (byKind === undefined) return weigh(value)
    const kind = kindOfValue(value)
    const sole = byKind.get(kind)
    if (sole !== undefined) return sole
    if (byTag !== undefined && kind === 'object')
      return byTag.members.get((value as Record<string, Literal>)[byTag.key]) ?? -1
    return weigh(value)
  }
}

/** How many properties of a value a type would not carry; data that cannot travel at all counts as everything. */
const lossOf = (type: Type, value: unknown, depth: number): number => {
  if (depth > 100 || type.steps.some(step => step.kind === 'via')) return 0
  switch (type.kind) {
    case 'record': {
      if (!isRecordValue(value)) return Infinity
      let loss = isPlain(value) ? 0 : instance
      for (const key of Object.keys(value)) {
        const field = type.body.fields.find(each => each.key === key)
        loss += field === undefined ? 1 : value[key] === undefined ? 0 : lossOf(field.type, value[key], depth + 1)
      }
      return loss
    }
    case 'tuple':
      return Array.isArray(value)
        ? type.body.fields.reduce((sum, field, index) => sum + lossOf(field.type, value[index], depth + 1), 0)
        : Infinity
    case 'array':
      return Array.isArray(value)
        ? value.reduce((sum: number, item) => sum + lossOf(type.body.item, item, depth + 1), 0)
        : Infinity
    case 'dict': {
      if (!isRecordValue(value)) return Infinity
      const { holdsKey } = type.body
      return Object.keys(value).reduce(
        (sum, key) =>
          sum + (holdsKey === undefined || holdsKey(key) ? lossOf(type.body.value, value[key], depth + 1) : 1),
        isPlain(value) ? 0 : instance,
      )
    }
    case 'union': {
      const losses = type.body.members
        .filter(member => holds(member.type, value))
        .map(member => lossOf(member.type, value, depth + 1))
      return losses.length === 0 ? Infinity : Math.min(...losses)
    }
    case 'unknown':
      return isData(value, depth) ? 0 : Infinity
    default:
      return 0
  }
}

// what several members were made into has no codec of its own
const holds = (type: Type, value: unknown): boolean => {
  if (type.codec !== undefined) return type.codec.is(value)
  if (type.kind === 'enum') return type.body.values.some(({ literal }) => literal === value)
  if (type.kind !== 'scalar' || !scalars[type.scalar].holds(value)) return false
  return type.steps.every(step => step.kind === 'refine' && (step.holds as (u: unknown) => boolean)(value))
}

const isData = (value: unknown, depth: number): boolean => {
  if (depth > 100 || typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  if (Array.isArray(value)) return value.every(item => isData(item, depth + 1))
  return isPlain(value) && Object.values(value).every(item => isData(item, depth + 1))
}

/** What it counts that an instance of a class would arrive as a plain object. */
const instance = 1_000

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

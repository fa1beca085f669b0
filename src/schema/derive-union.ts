import * as t from 'io-ts'
import { isIdentifierLike } from './identifier.js'
import type { EnumValue, Literal, Member, StepType, Type, UnionBody } from './type.js'
import { Unmappable } from './unmappable.js'

/**
 * Makes one choice of a union's members.
 *
 * Unions in it are laid flat, what holds nothing becomes one enum, and scalars of one kind become one member that
 * holds for whatever one of them held for.
 */
export const deriveUnion = (parts: readonly Type[], body: UnionBody, codec: t.Any, path: string): Type => {
  if (parts.length === 0) throw new Unmappable(path, 'a union has no members', 'give it one')
  const flat = parts.flatMap(part => flatten(part, body, path))
  const literals: Literal[] = []
  const rest: Type[] = []
  for (const part of flat) {
    if (part.kind === 'enum' && part.steps.length === 0) {
      for (const { literal } of part.body.values) if (!literals.includes(literal)) literals.push(literal)
      continue
    }
    const twin = rest.findIndex(other => sameChoice(other, part))
    if (twin === -1) rest.push(part)
    else rest[twin] = either(rest[twin] as Type, part, path)
  }
  const values: EnumValue[] = literals.map((literal, number) => ({ number, literal }))
  const types: Type[] =
    literals.length === 0 ? rest : [...rest, { kind: 'enum', body: { hint: '', values }, steps: [] }]
  const [only] = types
  if (types.length === 1 && only?.kind === 'enum')
    return { ...only, body: { hint: body.hint, values: only.body.values }, codec }
  if (types.length === 1 && only?.kind === 'scalar') return { ...only, codec }
  body.members = types.map((type, index) => ({ name: '', number: index + 1, type }))
  return { kind: 'union', body, steps: [], codec }
}

const flatten = (part: Type, into: UnionBody, path: string): readonly Type[] => {
  if (part.kind !== 'union') return [part]
  if (part.body === into || part.body.members.length === 0)
    throw new Unmappable(path, 'a union is a member of itself', 'put something between: a property, an array')
  if (part.steps.length > 0) return [part]
  return part.body.members.map(member => member.type)
}

// holds for what one of the two holds for; nothing but that, and its name, is asked of it
const eitherCodec = (a: Type, b: Type): t.Any | undefined => {
  const [left, right] = [a.codec, b.codec]
  if (left === undefined || right === undefined) return undefined
  const is = (u: unknown): u is unknown => left.is(u) || right.is(u)
  return new t.Type(`(${left.name} | ${right.name})`, is, t.failure, t.identity)
}

const hasVia = (type: Type): boolean => type.steps.some(step => step.kind === 'via')

const sameChoice = (a: Type, b: Type): boolean => {
  if (a.kind === 'unknown' && b.kind === 'unknown') return true
  if (isBody(a) && isBody(b) && a.body === b.body) return true
  if (hasVia(a) || hasVia(b))
    return (
      hasVia(a) &&
      hasVia(b) &&
      a.kind === b.kind &&
      namesOf(a) === namesOf(b) &&
      (a.kind !== 'scalar' || a.scalar === (b as typeof a).scalar)
    )
  return a.kind === 'scalar' && b.kind === 'scalar' && a.scalar === b.scalar
}

const isBody = (type: Type): type is Exclude<Type, { readonly kind: 'scalar' | 'unknown' }> => 'body' in type

const namesOf = (type: Type): string => type.steps.map(step => step.name).join(' ')

const either = (a: Type, b: Type, path: string): Type => {
  if (a.steps.length === b.steps.length && a.steps.every((step, index) => step.codec === b.steps[index]?.codec))
    return a
  if (hasVia(a) || hasVia(b))
    throw new Unmappable(
      path,
      `two members of the union are both ${namesOf(a)}, and nothing tells them apart`,
      'give the codecs different names, or the members a tag',
    )
  // neither codec holds for what the other does: the types say it
  if (a.steps.length === 0 || b.steps.length === 0) return { ...a, steps: [], codec: eitherCodec(a, b) }
  const holds = (steps: readonly StepType[]) => (value: never) =>
    steps.every(s => s.kind === 'refine' && s.holds(value))
  const [left, right] = [holds(a.steps), holds(b.steps)]
  const step: StepType = {
    kind: 'refine',
    name: `${namesOf(a)} | ${namesOf(b)}`,
    holds: value => left(value) || right(value),
    codec: a.steps[0]?.codec as t.Any,
  }
  return { ...a, steps: [step], codec: eitherCodec(a, b) }
}

/** The literal of a record's property that says which it is. */
const tagLiteral = (type: Type, key: string | undefined): Literal => {
  if (type.kind !== 'record' || key === undefined) return undefined
  const field = type.body.fields.find(each => each.key === key)
  return field?.type.kind === 'enum' && field.type.body.values.length === 1
    ? field.type.body.values[0]?.literal
    : undefined
}

const tagKeys = ['_tag', 'type', 'kind', 'tag']

/**
 * Names a union's members: by the literal of a tag, by the codec's name, by the kind of value.
 *
 * Done once the records in it have their fields.
 */
export const nameMembers = (members: readonly Member[]): readonly Member[] => {
  const used = new Set<string>()
  return members.map(({ type, number }) => {
    const tag = tagKeys.map(key => tagLiteral(type, key)).find(literal => literal !== undefined)
    const hint = type.kind === 'record' || type.kind === 'tuple' ? type.body.hint : ''
    const kind = type.kind === 'scalar' ? type.scalar : type.kind === 'enum' ? 'literal' : type.kind
    const via = hasVia(type) ? (type.steps.at(-1)?.name ?? '') : ''
    const wanted = [via, String(tag ?? ''), hint, kind].find(isIdentifierLike) ?? kind
    let free = wanted
    for (let n = 2; used.has(free.toLowerCase()); n += 1) free = `${wanted}${n}`
    used.add(free.toLowerCase())
    return { name: free, number, type }
  })
}

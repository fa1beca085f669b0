import * as t from 'io-ts'
import { checkLiteral, draftField, enumOf, join, primitiveOf, tagOf, withStep } from './derive-parts.js'
import { deriveUnion, nameMembers } from './derive-union.js'
import { intersect } from './derive-intersection.js'
import { isIdentifierLike } from './identifier.js'
import { forgedFaces } from './genuine.js'
import { metaOf, type Meta } from './meta.js'
import { numberFields, type DraftField } from './number-fields.js'
import type { ArrayBody, DictBody, RecordBody, Type, UnionBody } from './type.js'
import { Unmappable } from './unmappable.js'

/** Codecs nested deeper than this are refused; recursion counts once. */
const maxNesting = 200

/** Messages of one derivation, so that a definition that never ends is noticed. */
const maxBodies = 20_000

// io-ts's own union of codecs that say what they are
type Tagged =
  | t.InterfaceType<t.Props>
  | t.PartialType<t.Props>
  | t.ArrayType<t.Any>
  | t.ReadonlyArrayType<t.Any>
  | t.TupleType<t.Any[]>
  | t.DictionaryType<t.Any, t.Any>
  | t.UnionType<t.Any[]>
  | t.IntersectionType<t.Any[]>
  | t.RefinementType<t.Any>
  | t.ReadonlyType<t.Any>
  | t.ExactType<t.Any>
  | t.RecursiveType<t.Any>
  | t.LiteralType<string | number | boolean>
  | t.KeyofType<Record<string, unknown>>
  | t.AnyArrayType
  | t.AnyDictionaryType

/** Makes types of codecs; one of it for everything that is described together. */
export class Derivation {
  readonly #done = new Map<t.Any, Type>()
  readonly #open = new Map<t.Any, number>()
  readonly #openBodies = new Set<RecordBody>()
  readonly #drafts = new Map<RecordBody, { fields: DraftField[]; path: string }>()
  readonly #handedOut = new Set<t.Any>()
  readonly #unions = new Set<UnionBody>()
  #bodies = 0

  /**
   * The wire form of a codec.
   *
   * @throws {@link Unmappable} when it has none
   */
  derive(codec: t.Any, path = ''): Type {
    const type = this.#of(codec, path, '', 0)
    for (const [body, { fields, path: at }] of this.#drafts) body.fields = numberFields(fields, at)
    for (const body of this.#unions) body.members = nameMembers(body.members)
    this.#drafts.clear()
    this.#unions.clear()
    return type
  }

  #of(codec: t.Any, path: string, hint: string, nesting: number): Type {
    const known = this.#done.get(codec)
    if (known !== undefined) {
      this.#handedOut.add(codec)
      return known
    }
    if (nesting > maxNesting || this.#bodies > maxBodies)
      throw new Unmappable(
        path,
        'the codec does not end',
        'make recursion once, with one t.recursion whose definition refers to itself',
      )
    const type = this.#derive(codec, path, hint === '' && isIdentifierLike(codec.name) ? codec.name : hint, nesting + 1)
    this.#done.set(codec, type)
    return type
  }

  #derive(codec: t.Any, path: string, hint: string, nesting: number): Type {
    const meta = metaOf(codec)
    if (meta !== undefined) return this.#ofOurs(codec, meta, path, hint, nesting)
    const forged = forgedFaces(codec)
    if (forged.length > 0)
      throw new Unmappable(
        path,
        `${codec.name} says ${tagOf(codec)}, but its ${forged.join(' and ')} is not what that does`,
        'say how it travels: via(codec, wireCodec)',
      )
    const plain = codec as unknown as Tagged
    const of = (inner: t.Any, at = path, name = hint): Type => this.#of(inner, at, name, nesting)
    const primitive = primitiveOf(codec, plain._tag)
    if (primitive !== undefined) return primitive
    switch (plain._tag) {
      case 'LiteralType':
        return enumOf([checkLiteral(plain.value, path)], hint, codec)
      case 'KeyofType': {
        const keys = Object.keys(plain.keys)
        if (keys.length === 0) throw new Unmappable(path, 'keyof has no keys', 'give it one')
        return enumOf(keys, hint, codec)
      }
      case 'RefinementType': {
        // a brand of what is named keeps that name; a name of its own it gives to what has none
        const inner = of(plain.type, path, isIdentifierLike(plain.type.name) ? '' : hint)
        return withStep(inner, { kind: 'refine', name: plain.name, holds: plain.predicate, codec }, codec)
      }
      case 'ReadonlyType':
      case 'ExactType':
        return of(plain.type)
      case 'RecursiveType': {
        // met again inside itself, the body that it has by then is found; met a third time, it has none
        const times = this.#open.get(codec) ?? 0
        if (times > 1)
          throw new Unmappable(
            path,
            `${codec.name} is defined as itself`,
            'put something between: a property, an array',
          )
        this.#open.set(codec, times + 1)
        const type = of(plain.type)
        this.#open.set(codec, times)
        return type
      }
      case 'AnyArrayType':
        return this.#array(codec, hint, () => ({ kind: 'unknown', steps: [] }))
      case 'ArrayType':
      case 'ReadonlyArrayType':
        return this.#array(codec, hint, () => of(plain.type, `${path}[]`, ''))
      case 'AnyDictionaryType':
        return this.#dict(codec, hint, undefined, () => ({ kind: 'unknown', steps: [] }))
      case 'DictionaryType':
        return this.#ofDictionary(plain, codec, path, hint, of)
      case 'InterfaceType':
        return this.#record('record', codec, hint, path, () => this.#fields(plain.props, true, path, of))
      case 'PartialType':
        return this.#record('record', codec, hint, path, () => this.#fields(plain.props, false, path, of))
      case 'TupleType':
        return this.#record('tuple', codec, hint, path, () =>
          plain.types.map((item, index) =>
            draftField(String(index), item, true, of(item, join(path, String(index)), '')),
          ),
        )
      case 'IntersectionType':
        return this.#intersection(plain.types, codec, hint, path, of)
      case 'UnionType': {
        const body: UnionBody = { hint, members: [] }
        this.#begin(codec, { kind: 'union', body, steps: [], codec })
        const members = plain.types.map((member, index) => of(member, join(path, `(${index})`), ''))
        this.#unions.add(body)
        return deriveUnion(members, body, codec, path)
      }
      default:
        throw new Unmappable(
          path,
          `${codec.name} has no protobuf form`,
          'say how it travels with via(codec, wireCodec), or use another codec',
        )
    }
  }

  // what is being derived is known by its body, so that recursion finds it
  #begin(codec: t.Any, type: Type): void {
    this.#bodies += 1
    this.#done.set(codec, type)
  }

  #array(codec: t.Any, hint: string, item: () => Type): Type {
    const body = { hint, number: 1 } as ArrayBody
    const type: Type = { kind: 'array', body, steps: [], codec }
    this.#begin(codec, type)
    body.item = item()
    return type
  }

  #dict(codec: t.Any, hint: string, holdsKey: DictBody['holdsKey'], value: () => Type): Type {
    const body = { hint, number: 1, holdsKey } as DictBody
    const type: Type = { kind: 'dict', body, steps: [], codec }
    this.#begin(codec, type)
    body.value = value()
    return type
  }

  #record(kind: 'record' | 'tuple', codec: t.Any, hint: string, path: string, fields: () => DraftField[]): Type {
    const body: RecordBody = { hint, fields: [] }
    const type: Type = { kind, body, steps: [], codec }
    this.#begin(codec, type)
    this.#openBodies.add(body)
    this.#drafts.set(body, { fields: fields(), path })
    this.#openBodies.delete(body)
    return type
  }

  #fields(props: t.Props, required: boolean, path: string, of: (c: t.Any, at: string, name: string) => Type) {
    return Object.keys(props).map(key => {
      const prop = props[key] as t.Any
      return draftField(key, prop, required, of(prop, join(path, key), ''))
    })
  }

  #ofDictionary(
    plain: t.DictionaryType<t.Any, t.Any>,
    codec: t.Any,
    path: string,
    hint: string,
    of: (c: t.Any, at: string, name: string) => Type,
  ): Type {
    const domain = of(plain.domain, `${path}{key}`, '')
    const value = (): Type => of(plain.codomain, `${path}{}`, '')
    if (domain.kind === 'enum' && domain.steps.length === 0) {
      const keys = domain.body.values.map(({ literal }) => literal)
      if (keys.every(key => typeof key === 'string'))
        return this.#record('record', codec, hint, path, () =>
          keys.map(key => draftField(key, plain.codomain, true, of(plain.codomain, join(path, key), ''))),
        )
    }
    if (domain.kind === 'scalar' && domain.scalar === 'string' && domain.steps.every(step => step.kind === 'refine'))
      return this.#dict(codec, hint, domain.steps.length > 0 ? key => plain.domain.is(key) : undefined, value)
    throw new Unmappable(
      path,
      `a record's keys cannot be ${plain.domain.name}`,
      'use t.string, a brand of it, t.keyof or literals for the keys',
    )
  }

  #intersection(
    types: readonly t.Any[],
    codec: t.Any,
    hint: string,
    path: string,
    of: (c: t.Any, at: string, name: string) => Type,
  ): Type {
    if (types.length === 0) return of(t.unknown, path, '')
    // recursion through it takes it for a record; found out below when it is none
    const body: RecordBody = { hint, fields: [] }
    const early: Type = { kind: 'record', body, steps: [], codec }
    this.#begin(codec, early)
    this.#openBodies.add(body)
    const parts = types.map(part => of(part, path, ''))
    const draftOf = (record: RecordBody): readonly DraftField[] => {
      if (this.#openBodies.has(record))
        throw new Unmappable(
          path,
          'an intersection has a part that is not finished: recursion runs through it',
          'let the recursion run through a property or an array',
        )
      return this.#drafts.get(record)?.fields ?? record.fields
    }
    const made = new Set<RecordBody>()
    const whole = intersect(parts, {
      path,
      draftOf,
      newRecord: fields => {
        const merged: RecordBody = { hint, fields: [] }
        made.add(merged)
        this.#drafts.set(merged, { fields: [...fields], path })
        return merged
      },
      newUnion: members => {
        const met: UnionBody = { hint, members }
        this.#unions.add(met)
        return met
      },
    })
    this.#openBodies.delete(body)
    if (whole.kind !== 'record') {
      if (this.#handedOut.has(codec))
        throw new Unmappable(
          path,
          'recursion runs through an intersection of unions',
          'make it a union of intersections',
        )
      // what the union's members are made of is needed still
      return { ...whole, codec }
    }
    this.#drafts.set(body, { fields: [...draftOf(whole.body)], path })
    if (made.has(whole.body)) this.#drafts.delete(whole.body)
    return { ...early, steps: whole.steps }
  }

  #ofOurs(codec: t.Any, meta: Meta, path: string, hint: string, nesting: number): Type {
    if (meta.scalar !== undefined) return { kind: 'scalar', scalar: meta.scalar, steps: [], codec }
    if (meta.wire !== undefined) {
      const wire = this.#of(meta.wire, path, '', nesting)
      return withStep(wire, { kind: 'via', name: codec.name, codec: meta.step ?? codec }, codec)
    }
    if (meta.base === undefined) throw new Unmappable(path, `${codec.name} says nothing`, 'say how it travels with via')
    const type = this.#of(meta.base, path, hint, nesting)
    if (meta.fallback === undefined) return type
    if (type.kind !== 'union' && type.kind !== 'enum')
      throw new Unmappable(path, 'only enums and unions have a fallback', 'use withDefault for an absent property')
    if (!meta.base.is(meta.fallback.value))
      throw new Unmappable(path, 'the fallback is no value of the codec', 'give one that is')
    return { ...type, fallback: meta.fallback }
  }
}

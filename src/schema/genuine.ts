import * as t from 'io-ts'

type Face = 'is' | 'validate' | 'encode'

const genuine = new Map<string, { readonly [K in Face]: ReadonlySet<string> }>()

const sourceOf = (codec: t.Any, face: Face): string => Function.prototype.toString.call(codec[face])

const like = (tag: string, ...samples: readonly t.Any[]): void => {
  const sources = (face: Face): ReadonlySet<string> => new Set(samples.map(sample => sourceOf(sample, face)))
  genuine.set(tag, { is: sources('is'), validate: sources('validate'), encode: sources('encode') })
}

// two of each kind: with and without something to encode, since io-ts makes different functions for them
const upper = new t.Type<string, string, unknown>('Upper', t.string.is, t.string.validate, a => a.toUpperCase())
const record = t.type({ a: t.string })
const encoding = t.type({ a: upper })
const brand = t.brand(t.string, (_): _ is t.Branded<string, { readonly B: symbol }> => true, 'B')

like('StringType', t.string)
like('NumberType', t.number)
like('BigIntType', t.bigint)
like('BooleanType', t.boolean)
like('NullType', t.null)
like('UndefinedType', t.undefined)
like('VoidType', t.void)
like('UnknownType', t.unknown)
like('AnyType', t.any)
like('AnyArrayType', t.UnknownArray)
like('AnyDictionaryType', t.UnknownRecord)
like('LiteralType', t.literal('a'))
like('KeyofType', t.keyof({ a: null }))
like(
  'RefinementType',
  brand,
  t.refinement(upper, () => true),
)
like('ArrayType', t.array(t.string), t.array(upper))
like('ReadonlyArrayType', t.array(t.string), t.array(upper))
like('InterfaceType', record, encoding)
like('PartialType', t.partial({ a: t.string }), t.partial({ a: upper }))
like(
  'DictionaryType',
  t.record(t.string, t.string),
  t.record(t.string, upper),
  t.record(t.keyof({ a: null }), t.string),
  t.record(t.keyof({ a: null }), upper),
)
const tagged = (codec: t.Any) =>
  t.union([t.type({ k: t.literal('a'), v: codec }), t.type({ k: t.literal('b'), v: codec })])
like('UnionType', t.union([t.string, t.number]), t.union([upper, t.number]), tagged(t.string), tagged(upper))
like('IntersectionType', t.intersection([record, record]), t.intersection([encoding, record]))
like('TupleType', t.tuple([t.string]), t.tuple([upper]))
like('ExactType', t.exact(record), t.exact(encoding))
like(
  'RecursiveType',
  t.recursion('R', () => t.string),
)

/**
 * The faces of a codec that are not those of the combinator its `_tag` names.
 *
 * io-ts cannot be asked what a codec does: a clone of `t.string` with a fallback still says `StringType`. So the
 * source of its functions is held against that of a fresh codec of the same kind, which works across two copies of
 * io-ts and in a minified bundle alike.
 */
export const forgedFaces = (codec: t.Any & { readonly _tag?: string }): readonly Face[] => {
  const expected = genuine.get(codec._tag ?? '')
  if (codec._tag === 'ReadonlyType') {
    const { type } = codec as unknown as { readonly type: t.Any }
    return (['is', 'validate', 'encode'] as const).filter(face => codec[face] !== type[face])
  }
  if (expected === undefined) return []
  const { type: inner } = codec as unknown as { readonly type?: t.Any }
  // a refinement encodes as what it refines does, and an exact codec holds for what its own does
  const handedOn = codec._tag === 'RefinementType' ? 'encode' : codec._tag === 'ExactType' ? 'is' : undefined
  return (['is', 'validate', 'encode'] as const).filter(face =>
    face === handedOn ? codec[face] !== inner?.[face] : !expected[face].has(sourceOf(codec, face)),
  )
}

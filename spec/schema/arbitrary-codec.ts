import fc from 'fast-check'
import * as io from 'io-ts'
import { withDefault } from '../../src/schema/field-options.js'
import { bytes, float, int32, int53, int64, sint32, uint32, uint64 } from '../../src/schema/integers.js'
import { isWellFormed } from '../../src/schema/scalar.js'
import { via } from '../../src/schema/via.js'

/** A codec as a tree, from which its io-ts form and values of it are made. */
export type Tree =
  | { readonly kind: Leaf }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'keyof'; readonly keys: readonly string[] }
  | { readonly kind: Around; readonly of: Tree }
  | { readonly kind: 'tuple' | 'union'; readonly of: readonly Tree[] }
  | { readonly kind: 'type' | 'partial' | 'strict' | 'exact'; readonly props: Props }
  | { readonly kind: 'intersection'; readonly required: Props; readonly optional: Props }
  | { readonly kind: 'tagged'; readonly members: readonly (readonly [string, Props])[] }
  | { readonly kind: 'recordOf'; readonly keys: readonly string[]; readonly of: Tree }
  | { readonly kind: 'recursion'; readonly of: Tree }

export type Props = readonly (readonly [string, Tree])[]

type Around =
  'array' | 'readonlyArray' | 'record' | 'nullable' | 'undefinable' | 'readonly' | 'refinement' | 'withDefault'

const leaves = {
  string: io.string,
  number: io.number,
  Int: io.Int,
  boolean: io.boolean,
  bigint: io.bigint,
  null: io.null,
  undefined: io.undefined,
  unknown: io.unknown,
  UnknownRecord: io.UnknownRecord,
  bytes,
  int32,
  uint32,
  sint32,
  int53,
  int64,
  uint64,
  float,
  brand: io.brand(io.string, (s): s is io.Branded<string, { readonly Short: symbol }> => s.length < 40, 'Short'),
  via: via(
    new io.Type<Date, string, unknown>(
      'DateFromISOString',
      (u): u is Date => u instanceof Date && Number.isFinite(u.getTime()),
      (u, c) => {
        const date = new Date(String(u))
        return typeof u === 'string' && Number.isFinite(date.getTime()) ? io.success(date) : io.failure(u, c)
      },
      date => date.toISOString(),
    ),
    io.string,
  ),
} satisfies Record<string, io.Any>

export type Leaf = keyof typeof leaves

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'key-with-dash', '0', 'größe', 'given name')
const text = fc
  .oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
  .filter(s => isWellFormed(s))

const propsOf = (tree: fc.Arbitrary<Tree>, max = 4): fc.Arbitrary<Props> =>
  fc.uniqueArray(fc.tuple(key, tree), { maxLength: max, selector: ([name]) => name })

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  ...(Object.keys(leaves) as Leaf[]).map(kind => fc.constant<Tree>({ kind })),
  fc.record({
    kind: fc.constant('literal' as const),
    value: fc.oneof(fc.constantFrom('x', 'y', ''), fc.constantFrom(0, 1, -1.5), fc.boolean()),
  }),
  fc.record({
    kind: fc.constant('keyof' as const),
    keys: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue', 'not an identifier', 'ä'), { minLength: 1 }),
  }),
)

/** Codecs of every kind, nested. */
export const arbitraryTree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>(tie => {
  const tree = tie('tree')
  const around = fc.constantFrom<Around>(
    'array',
    'readonlyArray',
    'record',
    'nullable',
    'undefinable',
    'readonly',
    'refinement',
    'withDefault',
  )
  return {
    tree: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'tree', withCrossShrink: true },
      { arbitrary: leaf, weight: 8 },
      { arbitrary: fc.record({ kind: around, of: tree }), weight: 9 },
      {
        arbitrary: fc.record({
          kind: fc.constant('tuple' as const),
          of: fc.array(tree, { minLength: 1, maxLength: 3 }),
        }),
        weight: 1,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('union' as const),
          of: fc.array(tree, { minLength: 2, maxLength: 4 }),
        }),
        weight: 2,
      },
      {
        arbitrary: fc.record({ kind: fc.constantFrom('type' as const, 'strict' as const), props: propsOf(tree) }),
        weight: 3,
      },
      {
        arbitrary: fc.record({ kind: fc.constantFrom('partial' as const, 'exact' as const), props: propsOf(tree) }),
        weight: 2,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('intersection' as const),
          required: propsOf(tree, 3),
          optional: propsOf(tree, 3),
        }),
        weight: 2,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('tagged' as const),
          members: fc.uniqueArray(fc.tuple(fc.constantFrom('A', 'B', 'C'), propsOf(tree, 2)), {
            minLength: 2,
            selector: ([tag]) => tag,
          }),
        }),
        weight: 2,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('recordOf' as const),
          keys: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }),
          of: tree,
        }),
        weight: 1,
      },
      { arbitrary: fc.record({ kind: fc.constant('recursion' as const), of: tree }), weight: 1 },
    ),
  }
}).tree

/** What a property takes where its writer has none, see {@link codecOf}. */
export const defaultValue = 'filled in'

const propsCodec = (props: Props): io.Props => {
  const made: io.Props = {}
  for (const [name, tree] of props)
    Object.defineProperty(made, name, { value: codecOf(tree), enumerable: true, configurable: true, writable: true })
  return made
}

/** The io-ts codec of a tree. */
export const codecOf = (tree: Tree): io.Mixed => {
  switch (tree.kind) {
    case 'literal':
      return io.literal(tree.value)
    case 'keyof':
      return io.keyof(Object.fromEntries(tree.keys.map(name => [name, null])))
    case 'array':
      return io.array(codecOf(tree.of))
    case 'readonlyArray':
      return io.readonlyArray(codecOf(tree.of))
    case 'record':
      return io.record(io.string, codecOf(tree.of))
    case 'recordOf':
      return io.record(io.keyof(Object.fromEntries(tree.keys.map(name => [name, null]))), codecOf(tree.of))
    case 'nullable':
      return io.union([codecOf(tree.of), io.null])
    case 'undefinable':
      return io.union([codecOf(tree.of), io.undefined])
    case 'readonly':
      return io.readonly(codecOf(tree.of))
    case 'refinement':
      return io.refinement(codecOf(tree.of), () => true, 'Fine')
    case 'withDefault':
      return withDefault(io.union([codecOf(tree.of), io.literal(defaultValue)]) as io.Type<unknown>, defaultValue)
    case 'tuple':
      return io.tuple(tree.of.map(codecOf) as [io.Mixed, io.Mixed])
    case 'union':
      return io.union(tree.of.map(codecOf) as [io.Mixed, io.Mixed, ...io.Mixed[]])
    case 'type':
      return io.type(propsCodec(tree.props))
    case 'partial':
      return io.partial(propsCodec(tree.props))
    case 'strict':
      return io.strict(propsCodec(tree.props))
    case 'exact':
      return io.exact(io.partial(propsCodec(tree.props)))
    case 'intersection': {
      const names = new Set(tree.required.map(([name]) => name))
      const optional = tree.optional.filter(([name]) => !names.has(name))
      return io.intersection([io.type(propsCodec(tree.required)), io.partial(propsCodec(optional))])
    }
    case 'tagged': {
      const members = tree.members.map(([tag, props]) => io.type({ ...propsCodec(props), _tag: io.literal(tag) }))
      return io.union(members as unknown as [io.Mixed, io.Mixed, ...io.Mixed[]])
    }
    case 'recursion': {
      const inner = codecOf(tree.of)
      return io.recursion<unknown, unknown>('Self', me => {
        const self = me as io.Mixed
        return io.type({ inner, next: io.union([self, io.null]), more: io.array(self) }) as io.Type<unknown>
      })
    }
    default:
      return leaves[tree.kind]
  }
}

const anything = fc.anything({ maxDepth: 2, maxKeys: 3, withBigInt: true }).filter(value => isPlainData(value))

const isPlainData = (value: unknown): boolean => {
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value === 'symbol' || typeof value === 'function') return false
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return Object.keys(value).length === value.length && value.every(isPlainData)
  return (
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as never) &&
    Object.entries(value).every(([name, inner]) => isWellFormed(name) && isPlainData(inner))
  )
}

const normal = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(normal)
  return recordOf(Object.entries(value).map(([name, inner]) => [name, normal(inner)]))
}

const recordOf = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> => {
  const made: Record<string, unknown> = {}
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true })
  return made
}

const recordValues = (required: Props, optional: Props): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(
      fc.tuple(...required.map(([name, tree]) => valueOf(tree).map(value => [name, value] as const))),
      fc.tuple(
        ...optional.map(([name, tree]) =>
          // an absent property that has a default comes back with it
          (hasDefault(tree)
            ? valueOf(tree).filter(value => value !== undefined)
            : fc.option(valueOf(tree), { nil: absent, freq: 2 })
          ).map(value => [name, value] as const),
        ),
      ),
    )
    .map(([fixed, loose]) =>
      recordOf([...fixed, ...loose.filter(([, value]) => value !== absent && value !== undefined)]),
    )

const hasDefault = (tree: Tree): boolean =>
  tree.kind === 'withDefault' || (tree.kind === 'refinement' && hasDefault(tree.of))

/** Whether a value of another of a union's members is taken for one of this, and comes back with a default that it did not have. */
const fillsIn = (tree: Tree, value: unknown): boolean => {
  switch (tree.kind) {
    case 'partial':
    case 'exact':
      return lacksDefault([], tree.props, value)
    case 'intersection':
      return lacksDefault(tree.required, tree.optional, value)
    case 'readonly':
    case 'refinement':
    case 'nullable':
    case 'undefinable':
      return fillsIn(tree.of, value)
    case 'union':
      return tree.of.some(member => fillsIn(member, value))
    default:
      return false
  }
}

const lacksDefault = (required: Props, optional: Props, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).every(key => [...required, ...optional].some(([name]) => name === key)) &&
  required.every(([name]) => Object.hasOwn(value, name)) &&
  optional.some(([name, tree]) => hasDefault(tree) && !Object.hasOwn(value, name))

const holdsMinusZero = (value: unknown): boolean =>
  Object.is(value, -0) || (typeof value === 'object' && value !== null && Object.values(value).some(holdsMinusZero))

/** Whether a minus zero of a number may be taken for one of an integer beside it, which carries it as zero. */
const losesSign = (tree: Tree, value: unknown): boolean =>
  /"kind":"[a-z]*int/i.test(JSON.stringify(tree)) && holdsMinusZero(value)

const absent = Symbol('absent')

/** Values of a tree's codec. */
export const valueOf = (tree: Tree): fc.Arbitrary<unknown> => {
  switch (tree.kind) {
    case 'string':
      return text
    case 'brand':
      return text.filter(s => s.length < 40)
    case 'number':
      return fc.double()
    case 'float':
      return fc.float()
    case 'Int':
      return fc.oneof(fc.integer(), fc.maxSafeInteger())
    case 'boolean':
      return fc.boolean()
    case 'bigint':
      return fc.oneof(fc.bigInt(), fc.bigInt({ min: -200n, max: 200n }))
    case 'null':
      return fc.constant(null)
    case 'undefined':
      return fc.constant(undefined)
    case 'unknown':
      return anything.map(normal)
    case 'UnknownRecord':
      return fc.dictionary(text, anything, { maxKeys: 3 }).map(normal)
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 })
    case 'int32':
    case 'sint32':
      return fc.integer()
    case 'uint32':
      return fc.nat({ max: 2 ** 32 - 1 })
    case 'int53':
      return fc.maxSafeInteger()
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'uint64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'via':
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    case 'literal':
      return fc.constant(tree.value)
    case 'keyof':
      return fc.constantFrom(...tree.keys)
    case 'array':
    case 'readonlyArray':
      return fc.array(valueOf(tree.of), { maxLength: 4 })
    case 'record':
      return fc
        .array(fc.tuple(fc.oneof(key, fc.constantFrom('__proto__', 'constructor'), text), valueOf(tree.of)), {
          maxLength: 3,
        })
        .map(recordOf)
    case 'recordOf':
      return recordValues(
        tree.keys.map(name => [name, tree.of]),
        [],
      )
    case 'nullable':
      return fc.option(valueOf(tree.of), { nil: null })
    case 'undefinable':
      return fc.option(valueOf(tree.of), { nil: undefined })
    case 'readonly':
    case 'refinement':
      return valueOf(tree.of)
    case 'withDefault':
      return fc.oneof(valueOf(tree.of), fc.constant(defaultValue))
    case 'tuple':
      return fc.tuple(...tree.of.map(valueOf)).map(items => [...items])
    case 'union':
      return fc.oneof(...tree.of.map(valueOf)).filter(value => !fillsIn(tree, value) && !losesSign(tree, value))
    case 'type':
    case 'strict':
      return recordValues(tree.props, [])
    case 'partial':
    case 'exact':
      return recordValues([], tree.props)
    case 'intersection': {
      const names = new Set(tree.required.map(([name]) => name))
      return recordValues(
        tree.required,
        tree.optional.filter(([name]) => !names.has(name)),
      )
    }
    case 'tagged':
      return fc.oneof(
        ...tree.members.map(([tag, props]) =>
          recordValues(
            props.filter(([name]) => name !== '_tag'),
            [],
          ).map(record => ({ ...record, _tag: tag })),
        ),
      )
    case 'recursion': {
      const inner = valueOf(tree.of)
      return fc.letrec<{ self: unknown }>(tie => ({
        self: fc.oneof(
          { maxDepth: 3, depthIdentifier: fc.createDepthIdentifier() },
          inner.map(value => ({ inner: value, next: null, more: [] })),
          fc
            .record({
              inner,
              next: fc.option(tie('self'), { nil: null }),
              more: fc.array(tie('self'), { maxLength: 2 }),
            })
            .map(r => ({ ...r })),
        ),
      })).self
    }
  }
}

/** How often each combinator, and each depth, occurred. */
export class Census {
  readonly kinds = new Map<string, number>()
  readonly depths = new Map<string, number>()

  count(tree: Tree, depth = 0): void {
    this.kinds.set(tree.kind, (this.kinds.get(tree.kind) ?? 0) + 1)
    this.depths.set(String(depth), (this.depths.get(String(depth)) ?? 0) + 1)
    for (const inner of childrenOf(tree)) this.count(inner, depth + 1)
  }

  /** Shares in percent, rarest first. */
  shares(of: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
    const total = [...of.values()].reduce((a, b) => a + b, 0)
    return [...of].map(([name, n]) => [name, (100 * n) / total] as const).sort(([, a], [, b]) => a - b)
  }
}

const childrenOf = (tree: Tree): readonly Tree[] => {
  if ('props' in tree) return tree.props.map(([, inner]) => inner)
  if ('members' in tree) return tree.members.flatMap(([, props]) => props.map(([, inner]) => inner))
  if ('required' in tree) return [...tree.required, ...tree.optional].map(([, inner]) => inner)
  if ('of' in tree) return Array.isArray(tree.of) ? (tree.of as readonly Tree[]) : [tree.of as Tree]
  return []
}

/** A later version of a tree: some of it changed, as the decisions say. */
export const evolve = (tree: Tree, decide: () => number): Tree => {
  const props = (of: Props): Props => {
    const kept = of.filter(() => decide() % 8 !== 0).map(([name, inner]) => [name, evolve(inner, decide)] as const)
    const added =
      decide() % 6 === 0 && !kept.some(([name]) => name === 'later') ? [['later', { kind: 'string' }] as const] : []
    return decide() % 2 === 0 ? [...added, ...kept] : [...kept, ...added].reverse()
  }
  const change = decide() % 12
  if (change === 0) return { kind: 'nullable', of: tree }
  if (change === 1 && tree.kind === 'nullable') return tree.of
  switch (tree.kind) {
    case 'int32':
      return {
        kind:
          (['int32', 'int64', 'int53', 'number', 'uint32', 'sint32', 'bigint', 'Int'] as const)[decide() % 8] ??
          'int32',
      }
    case 'float':
      return decide() % 2 === 0 ? { kind: 'number' } : tree
    case 'string':
      return decide() % 4 === 0 ? { kind: 'bytes' } : tree
    case 'keyof':
      return decide() % 3 === 0
        ? { ...tree, keys: [...new Set(['later', ...tree.keys])] }
        : { ...tree, keys: [...tree.keys].reverse() }
    case 'type':
    case 'strict':
      return { kind: decide() % 4 === 0 ? 'partial' : 'type', props: props(tree.props) }
    case 'partial':
    case 'exact':
      return { kind: decide() % 4 === 0 ? 'type' : 'partial', props: props(tree.props) }
    case 'intersection':
      return { ...tree, required: props(tree.required), optional: props(tree.optional) }
    case 'tagged': {
      const members = tree.members.map(([tag, of]) => [tag, props(of)] as const)
      return { ...tree, members: decide() % 2 === 0 ? [...members].reverse() : members }
    }
    case 'union':
      return { ...tree, of: [...tree.of].reverse().map(inner => evolve(inner, decide)) }
    case 'tuple':
      return { ...tree, of: tree.of.map(inner => evolve(inner, decide)) }
    case 'array':
    case 'readonlyArray':
    case 'record':
    case 'readonly':
    case 'refinement':
    case 'nullable':
    case 'undefinable':
    case 'recursion':
    case 'recordOf':
      return { ...tree, of: evolve(tree.of, decide) }
    default:
      return tree
  }
}

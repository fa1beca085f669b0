import type { Either } from 'fp-ts/lib/Either.js'
import type { Eq } from 'fp-ts/lib/Eq.js'
import type { NonEmptyArray } from 'fp-ts/lib/NonEmptyArray.js'
import type { Option } from 'fp-ts/lib/Option.js'
import * as t from 'io-ts'
import { withMeta } from './meta.js'

/** fp-ts's `Option`, as the tagged union that it is. */
export const option = <A, O>(
  codec: t.Type<A, O, unknown>,
  name = `Option<${codec.name}>`,
): t.Type<Option<A>, Option<O>> =>
  t.union([t.type({ _tag: t.literal('None') }), t.type({ _tag: t.literal('Some'), value: codec })], name)

/** fp-ts's `Either`, as the tagged union that it is. */
export const either = <E, OE, A, OA>(
  failure: t.Type<E, OE, unknown>,
  success: t.Type<A, OA, unknown>,
  name = `Either<${failure.name}, ${success.name}>`,
): t.Type<Either<E, A>, Either<OE, OA>> =>
  t.union(
    [t.type({ _tag: t.literal('Left'), left: failure }), t.type({ _tag: t.literal('Right'), right: success })],
    name,
  )

/** fp-ts's `NonEmptyArray`: an array that is refused when it is empty. */
export const nonEmptyArray = <A, O>(
  codec: t.Type<A, O, unknown>,
  name = `NonEmptyArray<${codec.name}>`,
): t.Type<NonEmptyArray<A>, NonEmptyArray<O>> =>
  t.refinement(t.array(codec), items => items.length > 0, name) as unknown as t.Type<NonEmptyArray<A>, NonEmptyArray<O>>

// a codec between a collection and the plain array that it travels as, and the two together with the items' codec
const collection = <C, Item, O>(
  name: string,
  wire: t.Type<Item[], O[], unknown>,
  isCollection: (u: unknown) => u is C,
  holds: (items: readonly Item[]) => boolean,
  from: (items: readonly Item[]) => C,
  to: (collection: C) => Item[],
): t.Type<C, O[]> => {
  const is = (u: unknown): u is C => isCollection(u) && to(u).every((_, __, items) => wire.is(items))
  const step = new t.Type<C, Item[]>(
    name,
    is,
    (u, c) => (holds(u as Item[]) ? t.success(from(u as Item[])) : t.failure(u, c, `${name}: an entry stands twice`)),
    to,
  )
  const whole = new t.Type<C, O[]>(
    name,
    is,
    (u, c) => {
      const items = wire.validate(u, c)
      return items._tag === 'Left' ? items : step.validate(items.right, c)
    },
    value => wire.encode(to(value)),
  )
  return withMeta(whole, { wire, step })
}

const distinct = <A>(items: readonly A[], eq: Eq<A> | undefined): boolean =>
  eq === undefined
    ? new Set(items).size === items.length
    : items.every((item, at) => items.findIndex(other => eq.equals(other, item)) === at)

/**
 * A `Set`, which travels as an array.
 *
 * @param item - of what it holds
 * @param eq - when two items are the same; two that are, in one array, are refused. JavaScript's own notion by default
 */
export const setFromArray = <A, O>(
  item: t.Type<A, O, unknown>,
  eq?: Eq<A>,
  name = `Set<${item.name}>`,
): t.Type<Set<A>, O[]> =>
  collection<Set<A>, A, O>(
    name,
    t.array(item),
    (u): u is Set<A> => u instanceof Set,
    items => distinct(items, eq),
    items => new Set(items),
    set => [...set],
  )

/**
 * A `Map`, which travels as an array of pairs.
 *
 * @param key - of its keys
 * @param value - of its values
 * @param eq - when two keys are the same; two that are, in one array, are refused. JavaScript's own notion by default
 */
export const mapFromEntries = <K, OK, V, OV>(
  key: t.Type<K, OK, unknown>,
  value: t.Type<V, OV, unknown>,
  eq?: Eq<K>,
  name = `Map<${key.name}, ${value.name}>`,
): t.Type<Map<K, V>, [OK, OV][]> =>
  collection<Map<K, V>, [K, V], [OK, OV]>(
    name,
    t.array(t.tuple([key, value])),
    (u): u is Map<K, V> => u instanceof Map,
    entries =>
      distinct(
        entries.map(([k]) => k),
        eq,
      ),
    entries => new Map(entries),
    map => [...map],
  )

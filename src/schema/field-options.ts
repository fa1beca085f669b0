import * as t from 'io-ts'
import { withMeta } from './meta.js'

/**
 * Pins a property's field number, so that it outlives any reordering.
 *
 * A union takes as many numbers as it has members, from this one on.
 *
 * @param number - 1 to 536,870,911 without 19,000 to 19,999, which are protobuf's own
 */
export const pinned = <C extends t.Any>(codec: C, number: number): C => withMeta(codec, { base: codec, pinned: number })

/** Names by which an older or newer far end may know a property; our own name is looked for first. */
export const alias = <C extends t.Any>(codec: C, ...names: readonly string[]): C =>
  withMeta(codec, { base: codec, aliases: names })

/**
 * A property that a reader fills in where the writer does not have it.
 *
 * Decoding `undefined` gives the default as well. Our own values still must have the property.
 */
export const withDefault = <A, O, I>(codec: t.Type<A, O, I>, value: A): t.Type<A, O, I> =>
  withMeta(
    new t.Type<A, O, I>(
      codec.name,
      codec.is,
      (u, c) => (u === undefined ? t.success(value) : codec.validate(u, c)),
      codec.encode,
    ),
    { base: codec, default: { value } },
  )

/**
 * What a reader takes for a member of an enum or a union that it does not know.
 *
 * Without it, a writer with one member more is refused by the verdict. Objects are handed out as they are: do not
 * change them.
 *
 * @param codec - a union, a keyof or a literal
 * @param value - one of the codec's own values
 */
export const fallback = <C extends t.Any>(codec: C, value: t.TypeOf<C>): C =>
  withMeta(codec, { base: codec, fallback: { value } })

import type * as t from 'io-ts'
import type { Fallback, Scalar } from './type.js'

/** What a codec of ours says of itself beyond io-ts's own properties. */
export interface Meta {
  /** it is one field of this kind */
  readonly scalar?: Scalar
  /** it travels as this codec says */
  readonly wire?: t.Any
  /** what turns the wire's value into the user's, where the codec itself does more than that */
  readonly step?: t.Any
  /** it is this codec, with options */
  readonly base?: t.Any
  readonly pinned?: number
  readonly aliases?: readonly string[]
  readonly default?: { readonly value: unknown }
  readonly fallback?: Fallback
}

// registered, so that two copies of the library understand each other's codecs; not enumerable, so that a clone with
// other functions loses it
const key = Symbol.for('sluice.schema.meta')

/** The words of ours on a codec, if it has any. */
export const metaOf = (codec: t.Any): Meta | undefined => (codec as { readonly [key]?: Meta })[key]

/** A codec that does what the given one does, with words of ours on it. */
export const withMeta = <C extends t.Any>(codec: C, meta: Meta): C => {
  const clone = Object.assign(Object.create(Object.getPrototypeOf(codec) as object) as C, codec)
  Object.defineProperty(clone, key, { value: meta })
  return clone
}

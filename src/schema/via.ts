import type * as t from 'io-ts'
import { withMeta } from './meta.js'

/**
 * Says how a codec with a transformation travels.
 *
 * Values go out through `codec.encode` and come in through `codec.decode`; in between they are what `wire` says.
 *
 * @example
 * ```ts
 * const Born = via(DateFromISOString, t.string)
 * ```
 *
 * @param codec - any codec whose output `wire` describes
 * @param wire - has a protobuf form of its own
 */
export const via = <A, O, I>(codec: t.Type<A, O, I>, wire: t.Type<O, any, any>): t.Type<A, O, I> =>
  withMeta(codec, { wire })

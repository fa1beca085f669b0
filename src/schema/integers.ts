import * as t from 'io-ts'
import { withMeta } from './meta.js'
import { scalars, type Scalar } from './scalar.js'

const scalar = <A>(name: Scalar): t.Type<A> => {
  const is = scalars[name].holds as t.Is<A>
  return withMeta(new t.Type<A>(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity), {
    scalar: name,
  })
}

/** A whole number from -2^31 to 2^31 - 1; short when small and positive. */
export const int32: t.Type<number> = scalar('int32')
/** A whole number from 0 to 2^32 - 1; short when small. */
export const uint32: t.Type<number> = scalar('uint32')
/** A whole number from -2^31 to 2^31 - 1; short when near zero. */
export const sint32: t.Type<number> = scalar('sint32')
/** A whole number from 0 to 2^32 - 1 in four bytes. */
export const fixed32: t.Type<number> = scalar('fixed32')
/** A whole number from -2^31 to 2^31 - 1 in four bytes. */
export const sfixed32: t.Type<number> = scalar('sfixed32')
/** A bigint from -2^63 to 2^63 - 1; short when small and positive. */
export const int64: t.Type<bigint> = scalar('int64')
/** A bigint from 0 to 2^64 - 1; short when small. */
export const uint64: t.Type<bigint> = scalar('uint64')
/** A bigint from -2^63 to 2^63 - 1; short when near zero. */
export const sint64: t.Type<bigint> = scalar('sint64')
/** A bigint from 0 to 2^64 - 1 in eight bytes. */
export const fixed64: t.Type<bigint> = scalar('fixed64')
/** A bigint from -2^63 to 2^63 - 1 in eight bytes. */
export const sfixed64: t.Type<bigint> = scalar('sfixed64')
/** A number that is whole and exact, so within 2^53; an int64 on the wire. */
export const int53: t.Type<number> = scalar('int53')
/** A number with no more than 24 bits of precision, in four bytes; `NaN` and the infinities are among them. */
export const float: t.Type<number> = scalar('float')
/** A `Uint8Array` of any length. */
export const bytes: t.Type<Uint8Array> = scalar('bytes')

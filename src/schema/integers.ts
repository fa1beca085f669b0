import * as t from 'io-ts'
import { withMeta } from './meta.js'
import type { Scalar } from './type.js'

const scalar = <A>(name: Scalar, is: (u: unknown) => u is A): t.Type<A> =>
  withMeta(new t.Type<A>(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity), { scalar: name })

const within =
  (min: number, max: number) =>
  (u: unknown): u is number =>
    typeof u === 'number' && Number.isInteger(u) && u >= min && u <= max

const bigWithin =
  (min: bigint, max: bigint) =>
  (u: unknown): u is bigint =>
    typeof u === 'bigint' && u >= min && u <= max

const isInt32 = within(-(2 ** 31), 2 ** 31 - 1)
const isUint32 = within(0, 2 ** 32 - 1)
const isInt64 = bigWithin(-(2n ** 63n), 2n ** 63n - 1n)
const isUint64 = bigWithin(0n, 2n ** 64n - 1n)

/** A whole number from -2^31 to 2^31 - 1; short when small and positive. */
export const int32: t.Type<number> = scalar('int32', isInt32)
/** A whole number from 0 to 2^32 - 1; short when small. */
export const uint32: t.Type<number> = scalar('uint32', isUint32)
/** A whole number from -2^31 to 2^31 - 1; short when near zero. */
export const sint32: t.Type<number> = scalar('sint32', isInt32)
/** A whole number from 0 to 2^32 - 1 in four bytes. */
export const fixed32: t.Type<number> = scalar('fixed32', isUint32)
/** A whole number from -2^31 to 2^31 - 1 in four bytes. */
export const sfixed32: t.Type<number> = scalar('sfixed32', isInt32)
/** A bigint from -2^63 to 2^63 - 1; short when small and positive. */
export const int64: t.Type<bigint> = scalar('int64', isInt64)
/** A bigint from 0 to 2^64 - 1; short when small. */
export const uint64: t.Type<bigint> = scalar('uint64', isUint64)
/** A bigint from -2^63 to 2^63 - 1; short when near zero. */
export const sint64: t.Type<bigint> = scalar('sint64', isInt64)
/** A bigint from 0 to 2^64 - 1 in eight bytes. */
export const fixed64: t.Type<bigint> = scalar('fixed64', isUint64)
/** A bigint from -2^63 to 2^63 - 1 in eight bytes. */
export const sfixed64: t.Type<bigint> = scalar('sfixed64', isInt64)
/** A number that is whole and exact, so within 2^53; an int64 on the wire. */
export const int53: t.Type<number> = scalar('int53', (u): u is number => Number.isSafeInteger(u))
/** A number with no more than 24 bits of precision, in four bytes; `NaN` and the infinities are among them. */
export const float: t.Type<number> = scalar(
  'float',
  (u): u is number => typeof u === 'number' && (Math.fround(u) === u || u !== u),
)
/** A `Uint8Array` of any length. */
export const bytes: t.Type<Uint8Array> = scalar('bytes', (u): u is Uint8Array => u instanceof Uint8Array)

/** The kinds of number, text and bytes: protobuf's own, and two that say which JavaScript type they are. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'float'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'sfixed32'
  | 'int64'
  | 'uint64'
  | 'sint64'
  | 'fixed64'
  | 'sfixed64'
  /** an int64 that is a JavaScript number, so within 2^53 */
  | 'int53'
  /** a bigint of any size: two's complement, big-endian, in a bytes field */
  | 'bigint'

/** What an enum's value stands for. */
export type Literal = string | number | boolean | null | undefined

const surrogates = /\p{Surrogate}/u

/** True for a text without a lone surrogate: protobuf's texts are UTF-8, which has none. */
export const isWellFormed: (text: string) => boolean =
  'isWellFormed' in String.prototype
    ? text => (text as unknown as { isWellFormed(): boolean }).isWellFormed()
    : text => !surrogates.test(text)

/** protobuf's wire types */
export type WireType = 0 | 1 | 2 | 5

/** What there is to know of a scalar. */
export interface ScalarRule {
  readonly js: 'string' | 'boolean' | 'number' | 'bigint' | 'bytes'
  readonly wire: WireType
  /** what an absent field without presence stands for */
  readonly zero: unknown
  /** True for a value that it can carry; texts must be well-formed. */
  readonly holds: (value: unknown) => boolean
  /** of whole numbers: how many hold any of them, a sign included */
  readonly bits?: number
  readonly signed?: boolean
}

const rule = (js: ScalarRule['js'], wire: WireType, zero: unknown, holds: ScalarRule['holds']): ScalarRule => ({
  js,
  wire,
  zero,
  holds,
})

const whole = (bits: number, signed: boolean, wire: WireType): ScalarRule => {
  const most = 2 ** (signed ? bits - 1 : bits) - 1
  const least = signed ? -most - 1 : 0
  const holds = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
  return { ...rule('number', wire, 0, holds), bits, signed }
}

const big = (bits: number, signed: boolean, wire: WireType): ScalarRule => {
  const most = 2n ** BigInt(signed ? bits - 1 : bits) - 1n
  const least = signed ? -most - 1n : 0n
  const holds = (value: unknown): boolean => typeof value === 'bigint' && value >= least && value <= most
  return { ...rule('bigint', wire, 0n, holds), bits, signed }
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

/** All of them, by their names. */
export const scalars: Readonly<Record<Scalar, ScalarRule>> = {
  string: rule('string', 2, '', value => typeof value === 'string' && isWellFormed(value)),
  bool: rule('boolean', 0, false, value => typeof value === 'boolean'),
  bytes: rule('bytes', 2, new Uint8Array(0), value => value instanceof Uint8Array),
  double: rule('number', 1, 0, isNumber),
  float: rule('number', 5, 0, value => isNumber(value) && (Math.fround(value) === value || value !== value)),
  int32: whole(32, true, 0),
  sint32: whole(32, true, 0),
  sfixed32: whole(32, true, 5),
  uint32: whole(32, false, 0),
  fixed32: whole(32, false, 5),
  int53: whole(54, true, 0),
  int64: big(64, true, 0),
  sint64: big(64, true, 0),
  sfixed64: big(64, true, 1),
  uint64: big(64, false, 0),
  fixed64: big(64, false, 1),
  bigint: {
    ...rule('bigint', 2, 0n, value => typeof value === 'bigint'),
    bits: Infinity,
    signed: true,
  },
}

/** How a writer's value becomes the reader's; `same` where nothing is to be done. */
export type Convert = 'same' | 'toBigint' | 'toBytes'

// every whole number fits into one that is at least as wide, and signed when it has to be
/**
 * How a reader's scalar takes a writer's, or `undefined` when some value of the writer's would be lost or changed.
 */
export const promotion = (reader: Scalar, writer: Scalar): Convert | undefined => {
  if (reader === writer) return 'same'
  if (reader === 'bytes' && writer === 'string') return 'toBytes'
  if (reader === 'double' && writer === 'float') return 'same'
  const [from, to] = [scalars[writer], scalars[reader]]
  if (from.bits === undefined) return undefined
  // a double is exact up to 2^53
  if (reader === 'double') return from.js === 'number' ? 'same' : undefined
  if (to.bits === undefined) return undefined
  const room = to.signed ? to.bits - 1 : to.bits
  const need = from.signed ? from.bits - 1 : from.bits
  if (need > room || (from.signed && !to.signed)) return undefined
  // a number cannot hold what was a bigint: the families' widths rule that out already
  return from.js === to.js ? 'same' : to.js === 'bigint' ? 'toBigint' : undefined
}

/** True when a scalar has a literal among its values. */
export const scalarTakes = (scalar: Scalar, literal: Literal): boolean =>
  scalar !== 'bytes' &&
  scalar !== 'bigint' &&
  literal !== null &&
  literal !== undefined &&
  scalars[scalar].holds(literal)

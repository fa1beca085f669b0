import type { Literal, Scalar } from './type.js'

/** True when a value is one that the scalar can carry; texts must be well-formed. */
export const holdsScalar = (scalar: Scalar, value: unknown): boolean => {
  switch (scalar) {
    case 'string':
      return typeof value === 'string' && isWellFormed(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'bytes':
      return value instanceof Uint8Array
    case 'double':
      return typeof value === 'number'
    case 'float':
      return typeof value === 'number' && (Math.fround(value) === value || value !== value)
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return typeof value === 'number' && (value | 0) === value
    case 'uint32':
    case 'fixed32':
      return typeof value === 'number' && value >>> 0 === value
    case 'int53':
      return Number.isSafeInteger(value)
    case 'int64':
    case 'sint64':
    case 'sfixed64':
      return typeof value === 'bigint' && value >= -0x8000000000000000n && value <= 0x7fffffffffffffffn
    case 'uint64':
    case 'fixed64':
      return typeof value === 'bigint' && value >= 0n && value <= 0xffffffffffffffffn
    case 'bigint':
      return typeof value === 'bigint'
  }
}

const surrogates = /\p{Surrogate}/u

/** True for a text without a lone surrogate: protobuf's texts are UTF-8, which has none. */
export const isWellFormed: (text: string) => boolean =
  'isWellFormed' in String.prototype
    ? text => (text as unknown as { isWellFormed(): boolean }).isWellFormed()
    : text => !surrogates.test(text)

/** How a writer's value becomes the reader's; `same` where nothing is to be done. */
export type Convert = 'same' | 'toBigint' | 'toBytes'

type Family = { readonly js: 'number' | 'bigint'; readonly bits: number; readonly signed: boolean }

// every whole number of a family fits into one that is at least as wide, and signed when it has to be
const families: Partial<Record<Scalar, Family>> = {
  int32: { js: 'number', bits: 32, signed: true },
  sint32: { js: 'number', bits: 32, signed: true },
  sfixed32: { js: 'number', bits: 32, signed: true },
  uint32: { js: 'number', bits: 32, signed: false },
  fixed32: { js: 'number', bits: 32, signed: false },
  int53: { js: 'number', bits: 54, signed: true },
  int64: { js: 'bigint', bits: 64, signed: true },
  sint64: { js: 'bigint', bits: 64, signed: true },
  sfixed64: { js: 'bigint', bits: 64, signed: true },
  uint64: { js: 'bigint', bits: 64, signed: false },
  fixed64: { js: 'bigint', bits: 64, signed: false },
  bigint: { js: 'bigint', bits: Infinity, signed: true },
}

/**
 * How a reader's scalar takes a writer's, or `undefined` when some value of the writer's would be lost or changed.
 */
export const promotion = (reader: Scalar, writer: Scalar): Convert | undefined => {
  if (reader === writer) return 'same'
  if (reader === 'bytes' && writer === 'string') return 'toBytes'
  if (reader === 'double' && writer === 'float') return 'same'
  const [from, to] = [families[writer], families[reader]]
  if (from === undefined) return undefined
  // a double is exact up to 2^53
  if (reader === 'double') return from.js === 'number' ? 'same' : undefined
  if (to === undefined) return undefined
  const room = to.signed ? to.bits - 1 : to.bits
  const need = from.signed ? from.bits - 1 : from.bits
  if (need > room || (from.signed && !to.signed)) return undefined
  // a number cannot hold what was a bigint: the families' widths rule that out already
  return from.js === to.js ? 'same' : to.js === 'bigint' ? 'toBigint' : undefined
}

/** True when a scalar has a literal among its values. */
export const scalarTakes = (scalar: Scalar, literal: Literal): boolean =>
  scalar !== 'bytes' && scalar !== 'bigint' && literal !== null && literal !== undefined && holdsScalar(scalar, literal)

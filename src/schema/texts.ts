import * as t from 'io-ts'
import { via } from './via.js'

const from = <A, W>(name: string, is: (u: unknown) => u is A, wire: t.Type<W>, read: (w: W) => A, write: (a: A) => W) =>
  via(
    new t.Type<A, W, unknown>(
      name,
      is,
      (u, c) => {
        if (!wire.is(u)) return t.failure(u, c)
        const value = read(u)
        return is(value) ? t.success(value) : t.failure(u, c)
      },
      write,
    ),
    wire,
  )

const isDate = (u: unknown): u is Date => u instanceof Date && !Number.isNaN(u.getTime())

/** A `Date`, which travels as its ISO text; an invalid one is refused. */
export const DateFromISOString: t.Type<Date, string> = from(
  'DateFromISOString',
  isDate,
  t.string,
  s => new Date(s),
  d => d.toISOString(),
)

/** A `Date`, which travels as milliseconds since 1970; an invalid one is refused. */
export const DateFromNumber: t.Type<Date, number> = from(
  'DateFromNumber',
  isDate,
  t.number,
  n => new Date(n),
  d => d.getTime(),
)

/** A `Date`, which travels as whole seconds since 1970: what is less is cut off. */
export const DateFromUnixTime: t.Type<Date, number> = from(
  'DateFromUnixTime',
  isDate,
  t.number,
  n => new Date(n * 1_000),
  d => Math.floor(d.getTime() / 1_000),
)

/** A number, which travels as text; text that is no finite number is refused. */
export const NumberFromString: t.Type<number, string> = from(
  'NumberFromString',
  (u): u is number => typeof u === 'number' && Number.isFinite(u),
  t.string,
  s => (s.trim() === '' ? NaN : Number(s)),
  String,
)

/** A whole number, which travels as text. */
export const IntFromString: t.Type<t.Int, string> = from(
  'IntFromString',
  t.Int.is,
  t.string,
  s => (s.trim() === '' ? NaN : Number(s)) as t.Int,
  String,
)

/** A bigint, which travels as text: hexadecimal both ways is quick, so this is for what people read. */
export const BigIntFromString: t.Type<bigint, string> = from(
  'BigIntFromString',
  (u): u is bigint => typeof u === 'bigint',
  t.string,
  // as many digits as no user writes would take the engine long to turn into a number
  s => (/^-?\d{1,10000}$/.test(s) ? BigInt(s) : (undefined as unknown as bigint)),
  String,
)

/** Marks a {@link UUID}. */
export interface UUIDBrand {
  readonly UUID: unique symbol
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID in its usual writing. */
export type UUID = t.Branded<string, UUIDBrand>

/** Text that is a UUID. */
export const UUID: t.BrandC<t.StringC, UUIDBrand> = t.brand(t.string, (s): s is UUID => uuid.test(s), 'UUID')

/** Marks a {@link NonEmptyString}. */
export interface NonEmptyStringBrand {
  readonly NonEmptyString: unique symbol
}

/** Text that is not empty. */
export type NonEmptyString = t.Branded<string, NonEmptyStringBrand>

/** Text that is not empty. */
export const NonEmptyString: t.BrandC<t.StringC, NonEmptyStringBrand> = t.brand(
  t.string,
  (s): s is NonEmptyString => s.length > 0,
  'NonEmptyString',
)

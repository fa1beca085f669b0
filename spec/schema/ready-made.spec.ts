import test from 'ava'
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import * as S from 'fp-ts/lib/string.js'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { either, mapFromEntries, nonEmptyArray, option, setFromArray } from '../../src/schema/collections.js'
import { Derivation } from '../../src/schema/derive.js'
import { codegenAllowed } from '../../src/schema/source.js'
import {
  BigIntFromString,
  DateFromISOString,
  DateFromNumber,
  DateFromUnixTime,
  IntFromString,
  NonEmptyString,
  NumberFromString,
  UUID,
} from '../../src/schema/texts.js'

const coders = (codec: io.Any) => {
  const type = new Derivation().derive(codec)
  return [codegenAllowed(), false].map(codegen => new CoderFactory({ codegen }).coder(type))
}

const now = new Date(1_700_000_000_000)

const cases: readonly (readonly [string, io.Any, readonly unknown[], readonly unknown[]])[] = [
  ['DateFromISOString', DateFromISOString, [now], [new Date(NaN), 'x', 1]],
  ['DateFromNumber', DateFromNumber, [now], [new Date(NaN)]],
  ['DateFromUnixTime', DateFromUnixTime, [now], ['x']],
  ['NumberFromString', NumberFromString, [1.5, -3], [NaN, '1']],
  ['IntFromString', IntFromString, [7], [1.5]],
  ['BigIntFromString', BigIntFromString, [10n ** 30n, -1n], [1]],
  ['UUID', UUID, ['123e4567-e89b-12d3-a456-426614174000'], ['nope']],
  ['NonEmptyString', NonEmptyString, ['a'], ['']],
  ['option', option(io.string), [O.none, O.some('x')], [{ _tag: 'Other' }, O.some(1)]],
  ['either', either(io.string, DateFromISOString), [E.left('x'), E.right(now)], [E.right('x')]],
  ['nonEmptyArray', nonEmptyArray(DateFromNumber), [[now]], [[], ['x']]],
  ['setFromArray', setFromArray(DateFromISOString), [new Set([now]), new Set()], [new Set(['x']), [now]]],
  ['mapFromEntries', mapFromEntries(io.string, io.number, S.Eq), [new Map([['a', 1]])], [new Map([[1, 1]])]],
]

for (const [name, codec, values, strangers] of cases) {
  test(`${name}: carries its values, and is a codec of io-ts as well`, t => {
    for (const { encode, decode } of coders(codec))
      for (const value of values) {
        const writer = Writer.create()
        encode(value, writer)
        t.deepEqual(decode(Reader.create(writer.finish())), value)
        t.deepEqual(codec.decode(codec.encode(value)), E.right(value))
      }
  })
  test(`${name}: refuses what it does not hold for`, t => {
    for (const { encode } of coders(codec))
      for (const value of strangers) {
        t.false(codec.is(value))
        t.throws(() => encode(value, Writer.create()), { name: 'InvalidValue' })
      }
  })
}

test('a text that is no date, no number or no bigint is refused by its reader', t => {
  for (const codec of [DateFromISOString, NumberFromString, IntFromString, BigIntFromString]) {
    const [coder] = coders(codec)
    const [plain] = coders(io.string)
    for (const text of ['', 'x', '1x', '9'.repeat(20_000)]) {
      if (codec === NumberFromString && text.length > 10) continue
      const writer = Writer.create()
      plain?.encode(text, writer)
      t.throws(
        () => coder?.decode(Reader.create(writer.finish())),
        { name: 'InvalidValue' },
        `${codec.name} ${text.slice(0, 5)}`,
      )
    }
  }
})

test('an array with an entry twice is no set and no map', t => {
  const [sets] = coders(setFromArray(io.string))
  const [lists] = coders(io.array(io.string))
  const writer = Writer.create()
  lists?.encode(['a', 'a'], writer)
  t.throws(() => sets?.decode(Reader.create(writer.finish())), { message: /stands twice|Set<string>/ })
  t.true(E.isLeft(setFromArray(io.string).decode(['a', 'a'])))
})

import test from 'ava'
import protobuf from 'protobufjs'
import {
  always,
  bytes,
  choice,
  converted,
  field,
  flag,
  int32,
  later,
  list,
  message,
  none,
  text,
  uint32,
  type Message,
  type Within,
} from '../../src/protobuf/message.js'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'

interface Plate {
  readonly name: string
  readonly sauce: 'none' | 'red' | 'white'
  readonly grams: number
  readonly degrees: number
  readonly hot: boolean
  readonly parts: readonly Plate[]
  readonly picture: Uint8Array | undefined
  readonly codes: readonly number[]
  readonly note: string
  readonly stars: number
}

const plate: Message<Plate> = message<Plate, 'note' | 'stars'>(
  {
    // not in the order of their numbers
    codes: list(9, uint32),
    name: field(1, text, ''),
    sauce: field(2, choice(['none', 'red', 'white'], 'white'), 'none'),
    grams: always(3, uint32, 0),
    degrees: field(4, int32, 20),
    hot: field(5, flag, false),
    parts: list(
      6,
      later(() => plate),
    ),
    picture: field(7, bytes, undefined),
  },
  8,
  message<Pick<Plate, 'note' | 'stars'>, 'stars'>(
    { note: field(1, text, '') },
    2_000,
    message<Pick<Plate, 'stars'>>({
      stars: field(
        1,
        converted(
          int32,
          (stars: number) => -stars,
          number => -number,
        ),
        0,
      ),
    }),
  ),
)

const Theirs = protobuf
  .parse(
    `syntax = "proto3";
    message Plate {
      string name = 1; Sauce sauce = 2; uint32 grams = 3; int32 degrees = 4; bool hot = 5; repeated Plate parts = 6;
      optional bytes picture = 7; More more = 8; repeated uint32 codes = 9 [packed = false];
      enum Sauce { NONE = 0; RED = 1; WHITE = 2; PINK = 3; }
      message More { string note = 1; Own own = 2000; }
      message Own { int32 stars = 1; }
    }`,
  )
  .root.lookupType('Plate')

const empty: Plate = {
  codes: none,
  name: '',
  sauce: 'none',
  grams: 0,
  degrees: 20,
  hot: false,
  parts: none,
  picture: undefined,
  note: '',
  stars: 0,
}

const full: Plate = {
  codes: [0, 300],
  name: 'soup',
  sauce: 'red',
  grams: 2 ** 32 - 1,
  degrees: -5,
  hot: true,
  parts: [
    { ...empty, name: 'bread', grams: 1 },
    { ...empty, grams: 2 },
  ],
  picture: Uint8Array.of(1, 2),
  note: 'fresh',
  stars: -3,
}

const within: Within = (reader, read) => {
  const length = reader.uint32()
  const outer = reader.len
  reader.len = reader.pos + length
  const value = read()
  reader.len = outer
  return value
}

const written = (value: Plate): Uint8Array => {
  const writer = Writer.create()
  plate.writeFields(writer, value)
  return writer.finish()
}

const read = (bytesOfIt: Uint8Array): Plate => plate.readFields(Reader.create(Uint8Array.from(bytesOfIt)), within)

test('writes what another implementation writes, in the order of the numbers', t => {
  const theirs = Theirs.encode({
    name: 'soup',
    sauce: 1,
    grams: 2 ** 32 - 1,
    degrees: -5,
    hot: true,
    parts: [{ name: 'bread', grams: 1 }, { grams: 2 }],
    picture: Uint8Array.of(1, 2),
    more: { note: 'fresh', own: { stars: 3 } },
    codes: [0, 300],
  }).finish()
  t.is(Buffer.from(written(full)).toString('hex'), Buffer.from(theirs).toString('hex'))
})

test('reads what it has written', t => {
  t.deepEqual(read(written(full)), full)
  t.deepEqual(read(written(empty)), empty)
})

test('leaves out what a field holds when it is absent, and a group of nothing, and says what it always says', t => {
  t.deepEqual([...written(empty)], [24, 0])
  t.deepEqual(read(Uint8Array.of()), empty)
})

test('takes numbers one by one and packed', t => {
  t.deepEqual(read(Uint8Array.of(72, 5, 74, 3, 6, 0xac, 0x02, 72, 7)).codes, [5, 6, 300, 7])
  t.deepEqual(empty.codes, [])
})

test('puts together a message that comes in pieces, and takes the last of other fields', t => {
  const writer = Writer.create()
  writer.uint32(66).fork().uint32(10).string('a').ldelim()
  writer.uint32(66).fork().uint32(16_002).fork().uint32(8).int32(1).ldelim().ldelim()
  writer.uint32(10).string('b').uint32(10).string('c')
  t.deepEqual(read(writer.finish()), { ...empty, note: 'a', stars: -1, name: 'c' })
})

test('reads a word of which it does not know as the one that stands for such, and skips fields that it does not know', t => {
  t.is(read(Uint8Array.of(16, 3)).sauce, 'white')
  t.deepEqual(read(Uint8Array.of(0x80, 0x01, 5, 10, 1, 97)), { ...empty, name: 'a' })
  // a field of a known number and another wire type
  t.deepEqual(read(Uint8Array.of(8, 5)), empty)
  t.throws(() => read(Uint8Array.of(0, 5)), { message: /field of number 0/ })
})

test('asks its owner about every message that it reads', t => {
  const asked: unknown[] = []
  const noting: Within = (reader, readIt, of) => {
    asked.push(of)
    return within(reader, readIt, of)
  }
  plate.readFields(Reader.create(written({ ...full, codes: [] })), noting)
  t.deepEqual(
    asked.map(of => of === plate),
    [true, true, false, false],
  )
})

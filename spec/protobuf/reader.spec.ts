import test from 'ava'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'

const reader = (...bytes: readonly number[]): Reader => Reader.create(Uint8Array.from(bytes))

const middle = { instanceOf: RangeError, message: 'the bytes end in the middle of a field' }

test('reads nothing past the end of the message at hand, whatever lies behind it', t => {
  const ways = ['uint32', 'bool', 'fixed32', 'float', 'double', 'bytes', 'string'] as const
  for (const way of ways) {
    const short = reader(0x83, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    short.len = 1
    t.throws(() => short[way](), middle, way)
  }
})

test('allocates nothing for a length that is past the end', t => {
  t.throws(() => reader(0xff, 0xff, 0xff, 0xff, 0x0f, 1).bytes(), middle)
  t.throws(() => reader(0xff, 0xff, 0xff, 0xff, 0x0f, 1).string(), middle)
})

test('refuses a varint of more than ten bytes', t => {
  const long = Array.from({ length: 11 }, () => 0x80)
  t.throws(() => reader(...long).uint32(), { message: 'a varint has more than ten bytes' })
  t.throws(() => reader(...long).bool(), { message: 'a varint has more than ten bytes' })
})

test('takes the lowest 32 bits of a longer varint', t => {
  t.is(reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1).uint32(), 0xffff_ffff)
  t.is(reader(0x80, 0x80, 0x80, 0x80, 0x10).uint32(), 0)
})

test('gives bytes as a view of what is read', t => {
  const bytes = Uint8Array.of(2, 7, 8, 9)
  const taken = Reader.create(bytes).bytes()
  bytes[1] = 5
  t.deepEqual(taken, Uint8Array.of(5, 8))
})

test('replaces what is no UTF-8, and keeps a byte order mark', t => {
  t.is(reader(1, 0xff).string(), '\ufffd')
  t.is(reader(4, 0xef, 0xbb, 0xbf, 0x61).string(), '\ufeffa')
})

test('passes over groups, and refuses those that end wrongly or go too deep', t => {
  const group = reader(0x08, 1, 0x13, 0x14, 0x0c, 7)
  group.skipType(3, 0, 1)
  t.is(group.uint32(), 7)
  t.throws(() => reader(0x14).skipType(3, 0, 1), { message: /number of another/ })
  t.throws(() => reader(...Array.from({ length: 200 }, () => 0x0b)).skipType(3, 0, 1), { message: /100 deep/ })
})

test('refuses field number 0, and wire types that are none', t => {
  t.throws(() => reader(1).skipType(0, 0, 0), { message: /number 0/ })
  for (const wire of [4, 6, 7]) t.throws(() => reader(1).skipType(wire), { message: /wire type/ })
})

test('a message that was not begun cannot be ended', t => {
  t.throws(() => Writer.create().ldelim(), { message: /fork/ })
})

test('what is finished is nobody else’s', t => {
  const writer = Writer.create().uint32(1)
  const bytes = writer.finish()
  writer.pos = 0
  writer.uint32(2)
  t.is(bytes[0], 1)
})

import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { Writer } from '../../src/protobuf/writer.js'

/** A message in a message, and bytes behind it. */
const nested = (sizes: readonly number[], rooms: readonly number[] = []): Uint8Array => {
  const writer = Writer.create()
  for (const [depth, size] of sizes.entries()) {
    writer.uint32(10).fork(rooms[depth])
    writer.uint32(18).bytes(new Uint8Array(size).fill(depth + 1))
  }
  for (const depth of [...sizes.keys()].reverse()) {
    writer.ldelim(rooms[depth])
    writer.uint32(26).bytes(new Uint8Array(depth).fill(9))
  }
  return writer.finish()
}

test('a message is written as it is, whatever room its length was given', t => {
  const length = fc.oneof(fc.nat(5), fc.integer({ min: 120, max: 135 }), fc.nat(20_000), fc.nat(300_000))
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(fc.tuple(length, fc.integer({ min: 1, max: 5 })), { maxLength: 4 }), pairs => {
        const sizes = pairs.map(([size]) => size)
        const usual = nested(sizes)
        const told = nested(
          sizes,
          pairs.map(([, room]) => room),
        )
        assert.ok(Buffer.compare(usual, told) === 0)
      }),
    )
  })
})

test('a message that ends where its buffer does keeps what is in it', t => {
  const writer = Writer.create()
  writer.buf = new Uint8Array(20)
  writer.pos = 18
  writer.fork().raw(Uint8Array.of(7)).ldelim()
  t.deepEqual([...writer.finish().subarray(18)], [1, 7])
})

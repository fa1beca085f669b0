import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { leastLength } from '../../src/protobuf/least-length.js'
import { Writer } from '../../src/protobuf/writer.js'

const message = (write: (writer: Writer) => Writer): Uint8Array => write(Writer.create()).finish()

test('a message that ends with its long field is known by its beginning', t => {
  const long = message(writer =>
    writer.uint32(8).uint32(7).uint32(18).string('a name').uint32(26).bytes(new Uint8Array(5_000)),
  )
  t.is(leastLength(long.subarray(0, 100)), long.length)
  t.is(leastLength(long.subarray(0, 4_000)), long.length)
  t.is(leastLength(long), long.length)
})

test('fields of every wire type may come before', t => {
  const long = message(writer =>
    writer.uint32(8).uint32(300).uint32(17).double(1).uint32(29).float(1).uint32(34).bytes(new Uint8Array(1_000)),
  )
  t.is(leastLength(long.subarray(0, 40)), long.length)
})

test('never says more than the message has, nor less than what is there, wherever it is cut', t => {
  const field = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.uint8Array({ maxLength: 200 }))
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 24 }), fc.nat(), (fields, place) => {
        const bytes = message(writer =>
          fields.reduce((to, [number, value]) => to.uint32((number << 3) | 2).bytes(value), writer),
        )
        const head = bytes.subarray(0, place % (bytes.length + 1))
        const least = leastLength(head)
        assert.ok(least >= head.length && least <= bytes.length)
      }),
    )
  })
})

test('of what is no message it says what is there, and does not throw', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        assert.ok(leastLength(bytes) >= bytes.length)
      }),
    )
  })
  t.is(leastLength(new Uint8Array(0)), 0)
  t.is(leastLength(Uint8Array.of(0xff, 0xff, 0xff)), 3)
})

test('looks at the first fields only', t => {
  const many = message(writer => {
    for (let n = 0; n < 40; n++) writer.uint32(8).uint32(1)
    return writer.uint32(18).bytes(new Uint8Array(5_000))
  })
  t.is(leastLength(many.subarray(0, 1_000)), 1_000)
})

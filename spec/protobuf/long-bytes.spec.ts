import test from 'ava'
import { giveBack, longBytes } from '../../src/protobuf/long-bytes.js'

const KiB = 1024

test('what was given back is used again for what is about as long, once', t => {
  const bytes = longBytes(500 * KiB)
  giveBack(bytes.subarray(10, 20))
  const again = longBytes(400 * KiB)
  t.is(again.buffer, bytes.buffer)
  t.not(longBytes(400 * KiB).buffer, bytes.buffer)
})

test('what is too short, or far too long, stays spare', t => {
  const bytes = longBytes(800 * KiB)
  giveBack(bytes)
  t.not(longBytes(801 * KiB).buffer, bytes.buffer)
  t.not(longBytes(150 * KiB).buffer, bytes.buffer)
  t.is(longBytes(800 * KiB).buffer, bytes.buffer)
})

test('what is in use is nobody else’s, and is given back once', t => {
  const bytes = longBytes(500 * KiB)
  giveBack(bytes)
  const again = longBytes(500 * KiB)
  const other = longBytes(500 * KiB)
  t.not(again.buffer, other.buffer)
  giveBack(other)
  giveBack(other)
  t.is(longBytes(500 * KiB).buffer, other.buffer)
  t.not(longBytes(500 * KiB).buffer, other.buffer)
})

test('what was not made here, and what is short, is not taken', t => {
  const foreign = new Uint8Array(500 * KiB)
  giveBack(foreign)
  t.not(longBytes(500 * KiB).buffer, foreign.buffer)
  const short = longBytes(10 * KiB)
  giveBack(short)
  t.is(short.length, 10 * KiB)
  t.not(longBytes(10 * KiB).buffer, short.buffer)
})

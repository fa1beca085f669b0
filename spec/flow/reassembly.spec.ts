import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { Budget } from '../../src/flow/budget.js'
import { Reassembly } from '../../src/flow/reassembly.js'

const allocate = (size: number) => new Uint8Array(size)
const whole = (size: number) => Uint8Array.from({ length: size }, (_, i) => i & 0xff)

test('a message comes out as it went in, wherever it was cut, and the budget is as before', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.array(fc.nat(2_000), { maxLength: 12 }), (size, cuts) => {
        const budget = new Budget(1_000_000)
        const reassembly = new Reassembly(budget, 5_000)
        const message = whole(size)
        const at = [0, ...cuts.map(cut => Math.min(cut, size)).sort((a, b) => a - b)]
        for (let i = 1; i < at.length; i++) assert.equal(reassembly.add(message.subarray(at[i - 1], at[i])), undefined)
        assert.deepEqual(reassembly.join(message.subarray(at.at(-1)), allocate), message)
        assert.equal(budget.held, 0)
        assert.equal(reassembly.begun, false)
      }),
    )
  })
})

test('a message of one part is that part: nothing is copied', t => {
  const reassembly = new Reassembly(new Budget(10), 5)
  const part = whole(5)
  t.is(reassembly.join(part, allocate), part)
})

test('names the limit that a message breaks, and lets go of it', t => {
  const budget = new Budget(1_000)
  const reassembly = new Reassembly(budget, 100)
  t.is(reassembly.add(whole(60)), undefined)
  t.is(reassembly.add(whole(41)), 100)
  t.is(budget.held, 0)
  reassembly.add(whole(60))
  t.is(reassembly.join(whole(41), allocate), 100)
  t.is(budget.held, 0)
  t.is(reassembly.join(whole(101), allocate), 100)
})

test('several messages share a budget, to which each part costs more than its bytes', t => {
  const budget = new Budget(1_000)
  const [one, other] = [new Reassembly(budget, 900), new Reassembly(budget, 900)]
  t.is(one.add(whole(500)), undefined)
  t.true(budget.held > 500)
  t.is(other.add(whole(500)), 1_000)
  one.drop()
  t.is(other.add(whole(500)), undefined)
})

test('a small part does not keep the chunk that it came in', t => {
  const chunk = new ArrayBuffer(65_536)
  const reassembly = new Reassembly(new Budget(10_000), 900)
  reassembly.add(new Uint8Array(chunk, 100, 10))
  const held = Object.values(reassembly)
    .flat()
    .filter(one => one instanceof Uint8Array)
  t.deepEqual(
    held.map(part => part.buffer.byteLength),
    [10],
  )
})

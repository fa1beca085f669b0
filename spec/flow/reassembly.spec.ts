import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { Budget } from '../../src/flow/budget.js'
import { Reassembly } from '../../src/flow/reassembly.js'

const whole = (size: number) => Uint8Array.from({ length: size }, (_, i) => i & 0xff)

/** A reassembly whose messages claim to be at least so long; and how long the places are that it made. */
const start = (budget: Budget, limit: number, claim = 0) => {
  const made: number[] = []
  const allocate = (size: number) => {
    made.push(size)
    return new Uint8Array(size)
  }
  return { made, reassembly: new Reassembly(budget, limit, { allocate, leastLength: () => claim }) }
}

test('a message comes out as it went in, wherever it was cut and whatever it claimed, and the budget is as before', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.array(fc.nat(2_000), { maxLength: 12 }),
        fc.nat(6_000),
        fc.constantFrom(7_000, 1_000_000),
        (size, cuts, claim, limit) => {
          const budget = new Budget(limit)
          const { reassembly } = start(budget, 5_000, claim)
          const message = whole(size)
          const at = [0, ...cuts.map(cut => Math.min(cut, size)).sort((a, b) => a - b)]
          // parts may be written over once they are taken in
          for (let i = 1; i < at.length; i++) {
            const part = message.slice(at[i - 1], at[i])
            assert.equal(reassembly.add(part), undefined)
            assert.equal(reassembly.size, at[i])
            part.fill(0xee)
          }
          assert.deepEqual(reassembly.join(message.subarray(at.at(-1))), message)
          assert.equal(budget.held, 0)
          assert.equal(reassembly.begun, false)
          assert.equal(reassembly.size, 0)
        },
      ),
    )
  })
})

test('a message of one part is that part: nothing is copied', t => {
  const { made, reassembly } = start(new Budget(10), 5)
  const part = whole(5)
  t.is(reassembly.join(part), part)
  t.deepEqual(made, [])
})

test('a message that says how long it is has one place from its first part on', t => {
  const { made, reassembly } = start(new Budget(10_000), 5_000, 2_500)
  const message = whole(2_500)
  for (let at = 0; at < 2_000; at += 500) reassembly.add(message.subarray(at, at + 500))
  t.deepEqual(made, [2_500])
  t.deepEqual(reassembly.join(message.subarray(2_000)), message)
  t.deepEqual(made, [2_500])
})

test('the next message has a place of its own, and what was given away never changes', t => {
  const { made, reassembly } = start(new Budget(10_000), 5_000, 200)
  const messages = [1, 2, 3].map(fill => {
    reassembly.add(new Uint8Array(100).fill(fill))
    return reassembly.join(new Uint8Array(100).fill(fill)) as Uint8Array
  })
  t.deepEqual(made, [200, 200, 200])
  for (const [i, message] of messages.entries()) t.true(message.every(byte => byte === i + 1))
})

test('what has arrived vouches for 64 times as much, whatever the message claims', t => {
  const { made, reassembly } = start(new Budget(1e9), 1e8, 1e8)
  reassembly.add(whole(10))
  t.deepEqual(made, [640])
  reassembly.add(whole(630))
  reassembly.add(whole(60))
  t.deepEqual(made, [640, 700 * 64])
})

test('a claim over the limit is believed up to the limit', t => {
  const { made, reassembly } = start(new Budget(1e9), 1_000, 1e8)
  reassembly.add(whole(100))
  t.deepEqual(made, [1_000])
})

test('a place counts in full, and one for which no budget is left is as long as what has arrived', t => {
  const budget = new Budget(3_000)
  const [one, other] = [start(budget, 2_000, 2_000), start(budget, 2_000, 2_000)]
  one.reassembly.add(whole(100))
  t.true(budget.held >= 2_000)
  t.is(other.reassembly.add(whole(100)), undefined)
  t.deepEqual([one.made, other.made], [[2_000], [100]])
  t.is(other.reassembly.add(whole(900)), 3_000)
  one.reassembly.drop()
  t.is(budget.held, 0)
})

test('names the limit that a message breaks, and lets go of it', t => {
  const budget = new Budget(1_000)
  const { reassembly } = start(budget, 100)
  t.is(reassembly.add(whole(60)), undefined)
  t.is(reassembly.add(whole(41)), 100)
  t.is(budget.held, 0)
  reassembly.add(whole(60))
  t.is(reassembly.join(whole(41)), 100)
  t.is(budget.held, 0)
  t.is(reassembly.join(whole(101)), 100)
})

test('several messages share a budget, to which each part costs more than its bytes', t => {
  const budget = new Budget(1_000)
  const [one, other] = [start(budget, 900).reassembly, start(budget, 900).reassembly]
  t.is(one.add(whole(500)), undefined)
  t.true(budget.held > 500)
  t.is(other.add(whole(500)), 1_000)
  one.drop()
  t.is(other.add(whole(500)), undefined)
})

test('parts of no bytes are counted, those that find a place too', t => {
  const budget = new Budget(1_000)
  const { reassembly } = start(budget, 900, 400)
  reassembly.add(whole(10))
  let parts = 0
  while (reassembly.add(whole(0)) === undefined) parts++
  t.true(parts < 10)
  t.is(budget.held, 0)
})

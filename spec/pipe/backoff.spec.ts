import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { exponential, linear, type Policy } from 'sluice'

const delays = (policy: Policy, attempts: number) =>
  Array.from({ length: attempts }, (_, i) => {
    const wait = policy(i + 1, undefined)
    return 'delayMs' in wait ? wait.delayMs : 'an Observable'
  })

test('linear waits the same time, and gives up after its last attempt', t => {
  t.deepEqual(delays(linear({ every: 50 }), 3), [50, 50, 50])
  t.deepEqual(delays(linear({ every: 50, maxAttempts: 2 }), 4), [50, 50, undefined, undefined])
})

test('exponential doubles its wait, from the first up to the longest', t => {
  t.deepEqual(delays(exponential({ from: 50, to: 1_000, jitter: 0 }), 7), [50, 100, 200, 400, 800, 1_000, 1_000])
  t.deepEqual(delays(exponential({ from: 1, to: 100, factor: 3, jitter: 0 }), 5), [1, 3, 9, 27, 81])
  t.deepEqual(delays(exponential({ from: 1, to: 100, factor: 1, jitter: 0 }), 3), [1, 1, 1])
})

test('exponential gives up after its last attempt, and never by itself', t => {
  t.deepEqual(delays(exponential({ from: 1, to: 8, jitter: 0, maxAttempts: 2 }), 3), [1, 2, undefined])
  const [last] = delays(exponential({ from: 1, to: 8, jitter: 0 }), 5_000).slice(-1)
  t.is(last, 8)
})

test('a random part of each wait is taken off: half of it unless it is told otherwise', t => {
  const random = (value: number) => () => value
  t.deepEqual(delays(exponential({ from: 100, to: 400, random: random(1) }), 3), [50, 100, 200])
  t.deepEqual(delays(exponential({ from: 100, to: 400, random: random(0) }), 3), [100, 200, 400])
  t.deepEqual(delays(exponential({ from: 100, to: 400, jitter: 1, random: random(0.25) }), 2), [75, 150])
})

test('a wait is never longer than the longest, nor shorter than its random part allows', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 2_000 }),
        (from, more, jitter, chance, attempt) => {
          const to = from + more
          const wait = exponential({ from, to, jitter, random: () => chance })(attempt, undefined)
          assert.ok('delayMs' in wait && wait.delayMs !== undefined)
          assert.ok(wait.delayMs <= to)
          assert.ok(wait.delayMs >= Math.min(from, to) * (1 - jitter) - 1e-9)
        },
      ),
    )
  })
})

test('without a source of chance the platform’s is used', t => {
  const all = delays(exponential({ from: 1_000, to: 1_000 }), 100)
  t.true(new Set(all).size > 1)
  t.true(all.every(delay => typeof delay === 'number' && delay > 500 && delay <= 1_000))
})

import test from 'ava'
import { allowed, slowdown } from './allowed.js'

test('a limit is what it says while there is a core for each who wants one', t => {
  for (const wanted of [0, 0.5, 1, 2]) t.is(slowdown(wanted, 2), 1)
})

test('it grows with those who share a core, and not without end', t => {
  t.is(slowdown(3, 2), 1.5)
  t.is(slowdown(24, 2), 12)
  t.is(slowdown(1_000, 2), 20)
})

test('it is never less than it says', t => {
  t.true(allowed(100) >= 100)
  t.true(allowed(100) <= 2_000)
})

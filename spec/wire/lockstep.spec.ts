import test from 'ava'
import { Lockstep } from '../../src/wire/lockstep.js'

/** A tick that opens the calls up to an id. */
const tick = (lockstep: Lockstep, opened: number, bytes = 2_048): number | undefined => {
  lockstep.opened = opened
  return lockstep.endTick(bytes)
}

test('half of the next tick leaves early once all calls of an earlier tick have been answered', t => {
  const lockstep = new Lockstep()
  t.is(tick(lockstep, 63), undefined) // nothing was asked before
  lockstep.answered = 63
  t.is(tick(lockstep, 127), 1_024)
})

test('nothing leaves early while calls of an earlier tick are under way: one half is, once it has been sent in halves', t => {
  const lockstep = new Lockstep()
  tick(lockstep, 63)
  lockstep.answered = 63
  tick(lockstep, 127)
  lockstep.answered = 95
  t.is(tick(lockstep, 159), undefined)
  lockstep.answered = 127
  t.is(tick(lockstep, 191), undefined)
  lockstep.answered = 191
  t.is(tick(lockstep, 255), 1_024)
})

test('what is short is not worth two messages', t => {
  const lockstep = new Lockstep()
  tick(lockstep, 63)
  lockstep.answered = 63
  t.is(tick(lockstep, 127, 1_023), undefined)
})

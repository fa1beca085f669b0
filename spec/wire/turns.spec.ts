import test from 'ava'
import { Turns } from '../../src/wire/turns.js'

/** A tick that opens the calls up to an id. */
const tick = (turns: Turns, opened: number, bytes = 2_048): number | undefined => {
  turns.opened = opened
  return turns.endTick(bytes)
}

test('half of the next tick leaves early once all calls of an earlier tick have been answered', t => {
  const turns = new Turns()
  t.is(tick(turns, 63), undefined) // nothing was asked before
  turns.answered = 63
  t.is(tick(turns, 127), 1_024)
})

test('nothing leaves early while calls of an earlier tick are under way: one half is, once it has been sent in halves', t => {
  const turns = new Turns()
  tick(turns, 63)
  turns.answered = 63
  tick(turns, 127)
  turns.answered = 95
  t.is(tick(turns, 159), undefined)
  turns.answered = 127
  t.is(tick(turns, 191), undefined)
  turns.answered = 191
  t.is(tick(turns, 255), 1_024)
})

test('what is short is not worth two messages', t => {
  const turns = new Turns()
  tick(turns, 63)
  turns.answered = 63
  t.is(tick(turns, 127, 1_023), undefined)
})

import test from 'ava'
import { asyncScheduler, VirtualTimeScheduler } from 'rxjs'
import { Deadlines } from '../../src/call/deadlines.js'

test('a deadline longer than a timer can be is waited for in turns, and found at its time', t => {
  const scheduler = new VirtualTimeScheduler()
  const month = 30 * 24 * 3_600_000
  const sweeps: number[] = []
  new Deadlines(scheduler, now => {
    sweeps.push(now)
    return now < month ? month : Infinity
  }).watch(month)
  scheduler.flush()
  t.deepEqual(sweeps, [0x7fff_ffff, month])
})

test('a deadline that is far away rings no bell meanwhile', async t => {
  let sweeps = 0
  const at = asyncScheduler.now() + 30 * 24 * 3_600_000
  const deadlines = new Deadlines(asyncScheduler, () => {
    sweeps++
    return at
  })
  deadlines.watch(at)
  await new Promise(resolve => setTimeout(resolve, 30))
  deadlines.stop()
  t.is(sweeps, 0)
})

test('a later deadline does not put off an earlier one, and an earlier one is not late for a later one', t => {
  const scheduler = new VirtualTimeScheduler()
  const rung: number[] = []
  const deadlines = new Deadlines(scheduler, now => {
    rung.push(now)
    return [10, 20, 30].find(at => at > now) ?? Infinity
  })
  for (const at of [20, 10, 30]) deadlines.watch(at)
  scheduler.flush()
  t.deepEqual(rung, [10, 20, 30])
})

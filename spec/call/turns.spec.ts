import test from 'ava'
import type { SchedulerLike } from 'rxjs'
import { Subscription } from 'rxjs'
import { type Sender, Turns } from '../../src/call/turns.js'

/** Small frames of one burst, each of ten bytes. */
const burst = Math.ceil((4 * 1024 * 1024) / (512 + 10))

/** Turns by a clock that goes on as frames are sent, and whose pause ends when the test says so. */
const start = (msOfFrame: number) => {
  let now = 1_000
  const pauses: Array<() => void> = []
  const scheduler = {
    now: () => now,
    schedule: (work: () => void) => {
      pauses.push(work)
      return new Subscription()
    },
  } as unknown as SchedulerLike
  const turns = new Turns(scheduler)
  /** Sends as long as it may, and says how much that was. */
  const go = (): number => {
    for (let frames = 0; ; frames++) {
      if (turns.busy) return frames
      turns.spend(10)
      now += msOfFrame
    }
  }
  return { turns, go, pauses, endPause: () => pauses.shift()?.() }
}

test('who sends alone what takes next to no time has a few bursts before it pauses, also by a clock that stands still', t => {
  const { go, pauses, endPause } = start(0)
  t.is(go(), 4 * burst)
  t.is(go(), 0)
  t.is(pauses.length, 1)
  endPause()
  t.is(go(), 4 * burst)
})

test('who sends alone begins with no burst once two milliseconds are over', t => {
  const { go, pauses, endPause } = start(1.5 / burst)
  t.is(go(), 2 * burst)
  t.is(pauses.length, 1)
  endPause()
  t.is(go(), 2 * burst)
})

test('what takes long pauses after one burst', t => {
  const { go } = start(0.01)
  t.is(go(), burst)
})

test('who has others behind itself has one burst, and they come first after the pause', t => {
  const { turns, go, endPause } = start(0)
  const sent: Array<readonly [string, number]> = []
  const sender = (name: string): Sender => {
    const self: Sender = {
      pump: () => {
        sent.push([name, go()])
        turns.wait(self)
      },
    }
    return self
  }
  const [first, second] = [sender('first'), sender('second')]
  turns.wait(second)
  first.pump()
  t.deepEqual(sent, [['first', burst]])
  endPause()
  t.deepEqual(sent.slice(1), [['second', burst]])
  endPause()
  t.deepEqual(sent.slice(2), [['first', burst]])
})

test('who is alone goes on while the pipe has room only', t => {
  const { turns, go } = start(0)
  turns.setWritable(false, () => undefined)
  t.is(go(), 0)
  turns.setWritable(true, () => undefined)
  t.is(go(), 4 * burst)
})

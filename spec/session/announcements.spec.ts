import test from 'ava'
import { VirtualTimeScheduler } from 'rxjs'
import { Announcements } from '../../src/session/announcements.js'
import type { Kept } from '../../src/session/session-options.js'

const broke = { _tag: 'Broke', resumable: true, error: 'cut' } as const

const rig = () => {
  const scheduler = new VirtualTimeScheduler()
  scheduler.maxFrames = 0
  const lost: unknown[] = []
  const announcements = new Announcements(scheduler, error => void lost.push(error))
  const superseded: number[] = []
  const sessionOf = (n: number, epoch = 0): Kept => ({
    keys: { secret: new Uint8Array(32).fill(n), id: new Uint8Array(16).fill(n) },
    windowMs: 100,
    judgement: { serves: [], uses: [], unmet: [], required: false },
    epoch,
    begun: false,
  })
  return {
    announcements,
    lost,
    superseded,
    add: (n: number, epoch = 0) =>
      announcements.add({ ...sessionOf(n, epoch), supersede: () => void superseded.push(n) }),
    asked: (n: number, epoch = 1) => ({
      session: new Uint8Array(16).fill(n),
      epoch,
      position: 0,
      lacksVerdicts: false,
    }),
    at: (ms: number) => {
      scheduler.schedule(() => undefined, ms - scheduler.now())
      scheduler.maxFrames = ms
      scheduler.flush()
    },
    timers: () => scheduler.actions.length,
  }
}

test('a session that was announced is kept from the first moment, and past the window after its pipe broke no more', t => {
  const { announcements, add, asked, at, lost, timers } = rig()
  const id = add(1)
  t.like(announcements.kept(asked(1)), { begun: false, epoch: 0 })
  t.is(announcements.kept(asked(2)), undefined)
  at(1_000)
  t.not(announcements.kept(asked(1)), undefined)
  t.true(announcements.on(id, broke))
  at(1_099)
  t.is(announcements.waiting, 1)
  at(1_100)
  t.is(announcements.kept(asked(1)), undefined)
  t.deepEqual(lost, ['cut'])
  t.is(timers(), 0)
})

test('one that begins, or whose pipe ends for good, is none of these any more, and nobody is told of a loss', t => {
  const { announcements, add, asked, lost, timers } = rig()
  const begins = add(1)
  const ends = add(2)
  const begun = announcements.on(begins, { _tag: 'Established' })
  const ended = announcements.on(ends, { ...broke, resumable: false })
  t.deepEqual([begun, ended], [false, false])
  t.deepEqual([announcements.kept(asked(1)), announcements.kept(asked(2))], [undefined, undefined])
  t.false(announcements.on(begins, broke))
  t.deepEqual([lost, timers(), announcements.waiting], [[], 0, 0])
})

test('a newer pipe takes over: the older one is let go, and the window does not run while there is one', t => {
  const { announcements, add, asked, at, lost, superseded } = rig()
  add(1)
  t.false(announcements.takeOver(asked(2)))
  t.true(announcements.takeOver(asked(1, 3)))
  t.deepEqual(superseded, [1])
  t.like(announcements.kept(asked(1)), { epoch: 3 })
  const id = add(1, 3)
  at(10_000)
  t.deepEqual([announcements.waiting, lost], [0, []])
  announcements.on(id, broke)
  at(10_100)
  t.deepEqual(lost, ['cut'])
})

test('the end that dials asks for the one whose pipe broke, with a higher epoch each time', t => {
  const { announcements, add } = rig()
  t.is(announcements.ask(), undefined)
  const id = add(7)
  t.is(announcements.ask(), undefined)
  announcements.on(id, broke)
  t.like(announcements.ask(), { asked: { epoch: 1, position: 0, lacksVerdicts: true }, session: { epoch: 1 } })
  t.like(announcements.ask(), { asked: { epoch: 2, position: 0, lacksVerdicts: true }, session: { epoch: 2 } })
})

test('past a limit the one that has waited longest is given up, and none that has a pipe', t => {
  const { announcements, add, asked, lost } = rig()
  const [first, second] = [add(1), add(2), add(3)]
  t.false(announcements.forgetOldest('too many'))
  announcements.on(second, broke)
  announcements.on(first, broke)
  t.true(announcements.forgetOldest('too many'))
  t.is(announcements.kept(asked(2)), undefined)
  t.not(announcements.kept(asked(1)), undefined)
  t.deepEqual(lost, ['too many'])
  announcements.clear()
  t.is(announcements.kept(asked(3)), undefined)
  t.deepEqual(lost, ['too many'])
})

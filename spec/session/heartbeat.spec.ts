import test from 'ava'
import { VirtualTimeScheduler } from 'rxjs'
import { Heartbeat } from '../../src/session/heartbeat.js'

/** What a heartbeat does on virtual time, while `during` happens. */
const beats = (
  ours: { readonly everyMs: number; readonly tolerance: number },
  theirsEveryMs: number,
  until: number,
  during: (at: (ms: number, what: (heartbeat: Heartbeat) => void) => void) => void = () => undefined,
): string[] => {
  const scheduler = new VirtualTimeScheduler()
  const seen: string[] = []
  const heartbeat: Heartbeat = new Heartbeat(
    ours,
    theirsEveryMs,
    {
      beat: () => seen.push(`beat at ${scheduler.now()}`),
      silent: ms => seen.push(`silent for ${ms} at ${scheduler.now()}`),
    },
    scheduler,
  )
  during((ms, what) => scheduler.schedule(() => what(heartbeat), ms))
  scheduler.schedule(() => heartbeat.stop(), until)
  heartbeat.start()
  scheduler.flush()
  return seen
}

test('an end beats as often as the other asks, unless it has just said something', t => {
  t.deepEqual(
    beats({ everyMs: 0, tolerance: 3 }, 10, 65, at => at(25, heartbeat => heartbeat.said())),
    ['beat at 20', 'beat at 40', 'beat at 50', 'beat at 60'],
  )
})

test('an end that nobody asks to beat does not', t => {
  t.deepEqual(beats({ everyMs: 0, tolerance: 3 }, 0, 100), [])
})

test('a far end that has said nothing for as many intervals as are tolerated counts as gone', t => {
  t.deepEqual(beats({ everyMs: 10, tolerance: 3 }, 0, 200), ['silent for 30 at 40'])
})

test('anything that is heard counts as life', t => {
  t.deepEqual(
    beats({ everyMs: 10, tolerance: 2 }, 0, 75, at => {
      for (const ms of [15, 35, 55]) at(ms, heartbeat => heartbeat.heard())
    }),
    [],
  )
})

test('an interval in which this end was blocked itself does not count as the other’s silence', t => {
  let blocked = 0
  const scheduler = new VirtualTimeScheduler()
  const now = scheduler.now.bind(scheduler)
  // the clock jumps ahead of the timers, as it does when the event loop was busy
  scheduler.now = () => now() + blocked
  const seen: string[] = []
  const heartbeat = new Heartbeat(
    { everyMs: 10, tolerance: 2 },
    0,
    { beat: () => undefined, silent: ms => seen.push(`silent for ${ms} at ${now()}`) },
    scheduler,
  )
  // each tick comes a second late
  for (const ms of [19, 29, 39, 49]) scheduler.schedule(() => (blocked += 1_000), ms)
  scheduler.schedule(() => heartbeat.stop(), 100)
  heartbeat.start()
  scheduler.flush()
  t.deepEqual(seen, ['silent for 20 at 70'])
})

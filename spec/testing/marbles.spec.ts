import assert from 'node:assert/strict'
import test from 'ava'
import {
  asapScheduler,
  asyncScheduler,
  concatMap,
  defer,
  firstValueFrom,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  observeOn,
  of,
  queueScheduler,
  range,
  take,
  timer,
  toArray,
} from 'rxjs'
import { answer, exponential, memoryPipes, peer, serve } from 'sluice'
import { createMarbles, cutAt, marbles, type MarbleHelpers } from 'sluice/testing'
import { Kitchen } from '../peer/kitchen.js'

const run = createMarbles({ assertDeepEqual: assert.deepStrictEqual })

const messageOf = (scene: (helpers: MarbleHelpers) => void, options = {}): string => {
  try {
    run(scene, options)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing failed'
}

test('an expectation without an end of its own ends with the test, and a live heartbeat with it', t => {
  marbles(
    t,
    ({ peers, expectObservable, expectFrames }) => {
      const heartbeat = { everyMs: 400, tolerance: 3 }
      const { client$, left } = peers(Kitchen, () => NEVER, { client: { heartbeat }, server: { heartbeat } })
      expectObservable(client$.pipe(mergeMap(() => NEVER))).toBe('')
      expectFrames(left).toBe('H 9ms V 809ms i 9ms o 169ms (G|)')
    },
    { end: 1_000 },
  )
})

test('subscriptions that are open at the end of the test are open', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('a-b')
    expectObservable(source).toBe('a-b')
    expectObservable(source, '-^').toBe('--b')
    expectSubscriptions(source.subscriptions).toBe(['^', '-^'])
  })
  t.regex(
    messageOf(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('a-b')
      expectObservable(source).toBe('a-b')
      expectSubscriptions(source.subscriptions).toBe('^ 9ms !')
    }),
    /first at 10 ms/,
  )
})

test('an end of an expectation’s own counts, also behind that of the test', t => {
  marbles(
    t,
    ({ expectObservable }) =>
      expectObservable(interval(10).pipe(map(String)), '35ms !').toBe('10ms a 9ms b 9ms c', { a: '0', b: '1', c: '2' }),
    { end: 5 },
  )
})

test('a diagram that names a moment behind the end of the test is refused', t => {
  const far = ({ expectObservable }: MarbleHelpers) => expectObservable(timer(90_000)).toBe('90s (a|)', { a: 0 })
  t.regex(messageOf(far), /a diagram names 90000 ms, and the test ends at 60000 ms: give it a later \{ end \}/)
  t.is(messageOf(far, { end: 100_000 }), 'nothing failed')
})

test('what goes on without an end fails the test instead of running for ever', t => {
  const message = messageOf(({ expectObservable }) => {
    interval(1_000).subscribe()
    expectObservable(of(1)).toBe('(a|)', { a: 1 })
  })
  t.regex(
    message,
    /^something is still under way 10 minutes after the end of the test, at 661000 ms: subscribe to it with run\(\)/,
  )
})

test('what the runner says comes behind what is said for people, also where it takes no message', t => {
  const scene = ({ expectObservable }: MarbleHelpers) => expectObservable(of(1)).toBe('-')
  const silent = createMarbles({ assertDeepEqual: (actual, expected) => assert.deepEqual(actual, expected) })
  for (const each of [run, silent]) {
    const error = t.throws<Error>(() => each(scene), { name: 'AssertionError' })
    t.regex(error.message, /^expectObservable: not as expected, first at 0 ms\n/)
    t.regex(error.message, /actual - expected/)
    t.regex(String(error.stack), /emitted, one by one/)
  }
})

test('chance is the same in every run of a seed, and another for another', t => {
  const drawn = (seed?: number) => {
    let numbers: readonly unknown[] = []
    run(
      ({ chance, random, expectObservable }) => {
        numbers = [chance(), chance(), ...random(4)]
        expectObservable(of(1)).toBe('(a|)', { a: 1 })
      },
      seed === undefined ? {} : { seed },
    )
    return numbers
  }
  t.deepEqual(drawn(), drawn(1))
  t.deepEqual(drawn(7), drawn(7))
  t.notDeepEqual(drawn(7), drawn(8))
})

const asap$ = defer(() => of('asap').pipe(observeOn(asapScheduler)))

test('an asap action that waits in real time keeps no marble test from running, nor is it lost', async t => {
  const real = firstValueFrom(asap$)
  marbles(t, ({ expectObservable }) => expectObservable(asap$).toBe('(a|)', { a: 'asap' }))
  t.is(await real, 'asap')
})

test('what a marble test leaves behind keeps nothing real from running', async t => {
  t.throws(() =>
    run(() => {
      asapScheduler.schedule(() => undefined)
      asyncScheduler.schedule(() => undefined, 10)
      throw new Error('in the middle of it')
    }),
  )
  t.is(await firstValueFrom(asap$), 'asap')
  t.is(await firstValueFrom(timer(1)), 0)
})

test('a marble test within an action of a real scheduler runs', async t => {
  t.plan(3)
  for (const scheduler of [asapScheduler, asyncScheduler, queueScheduler])
    await new Promise<void>(resolve => {
      scheduler.schedule(() => {
        marbles(t, ({ expectObservable }) => expectObservable(asap$).toBe('(a|)', { a: 'asap' }))
        resolve()
      })
    })
})

test('a real conversation and a virtual one go on side by side', async t => {
  const { dial, pipes$ } = memoryPipes()
  const server = pipes$
    .pipe(
      peer({ serves: Kitchen }),
      mergeMap(client =>
        client.incoming.ticks.pipe(answer(() => range(0, 50).pipe(concatMap(n => timer(1).pipe(map(() => n)))))),
      ),
    )
    .subscribe()
  const items = lastValueFrom(
    dial.pipe(
      peer({ uses: Kitchen }),
      mergeMap(({ remote }) => remote.ticks(1).pipe(toArray())),
      take(1),
    ),
  )
  for (let i = 0; i < 10; i++) {
    await new Promise(resolve => setTimeout(resolve, 3))
    marbles(t, ({ peers, expectObservable }) => {
      const { client$ } = peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)))
      expectObservable(client$.pipe(mergeMap(({ remote }) => remote.greet('Ann'))), '50ms !').toBe('40ms a', {
        a: 'Ann',
      })
    })
  }
  t.deepEqual(
    await items,
    Array.from({ length: 50 }, (_, n) => n),
  )
  server.unsubscribe()
})

/** A call every ten seconds, a heartbeat every five, and a hundred pipes, one after the other. */
const tenThousandSeconds = () => {
  let asked = 0
  let answered = 0
  let pipes = 0
  const before = process.cpuUsage()
  run(
    ({ peers, run: going, chance, scheduler }) => {
      const heartbeat = { everyMs: 5_000, tolerance: 3 }
      const { client$, left } = peers(
        Kitchen,
        client => serve(client, { ...never, greet: name => timer(200).pipe(map(() => `hello, ${name}`)) }),
        {
          both: cutAt('99s x'),
          reconnect: exponential({ from: 50, to: 5_000, random: chance }),
          client: { heartbeat },
          server: { heartbeat },
        },
      )
      const calls$ = client$.pipe(
        mergeMap(({ remote }) => interval(10_000).pipe(mergeMap(n => (asked++, remote.greet(`${n}`))))),
      )
      going(calls$.pipe(map(() => answered++)))
      scheduler.schedule(
        () => (pipes = left.seen.filter(seen => 'frame' in seen && seen.frame._tag === 'Hello').length),
        9_999_999,
      )
    },
    { end: 10_000_000 },
  )
  const { user, system } = process.cpuUsage(before)
  return { ms: (user + system) / 1_000, asked, answered, pipes }
}

test('ten thousand seconds with heartbeats and a hundred reconnects take less than a second', t => {
  const runs = Array.from({ length: 3 }, tenThousandSeconds)
  for (const { asked, answered, pipes } of runs) t.deepEqual([asked, answered, pipes], [999, 999, 101])
  const ms = Math.min(...runs.map(each => each.ms))
  t.log(`10,000 s in ${Math.round(ms)} ms`)
  t.true(ms < 1_000, `${ms} ms`)
})

const never = {
  greet: () => NEVER,
  bake: () => NEVER,
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => NEVER,
}

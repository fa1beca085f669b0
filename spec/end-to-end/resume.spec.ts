import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import test from 'ava'
import {
  forkJoin,
  ignoreElements,
  interval,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  range,
  take,
  tap,
  toArray,
} from 'rxjs'
import { linear, peer, reconnect, type Peer, type Status } from 'sluice'
import { dial } from 'sluice/node'
import { allowed } from '../helpers/allowed.js'
import { FrameEnds } from '../../src/testing/faults/frame-ends.js'
import { chanceOf } from '../chaos/chance.js'
import { gone, hold, ownPlace, type Teardown, until, within } from '../helpers/processes.js'
import { CuttingProxy, type ProxyCut } from './fixtures/cutting-proxy.js'
import { Kitchen } from './fixtures/kitchen.js'
import { errorOf, startServer } from './fixtures/start-program.js'

const place = ownPlace(test)

/** How many random offsets: more with OFFSETS=500. */
const offsets = Number(process.env.OFFSETS ?? 150)

type Far = Peer<typeof Kitchen>

/** A server in a process of its own, and a proxy in front of it. */
const proxied = async (t: Teardown, name: string, ...options: string[]) => {
  const path = join(place.path, `${name}.s`)
  const { server, key } = await startServer(t, path, randomBytes(32).toString('hex'), ...options)
  const proxy = new CuttingProxy(join(place.path, `${name}.p`), path)
  await proxy.listen()
  t.teardown(() => proxy.close())
  return { server, proxy, key, through: key.replace(path, proxy.path) }
}

/** A conversation with calls of each kind, under way at once. */
const converse = (far: Far) =>
  forkJoin({
    asked: far.remote.ask('echo hello'),
    waited: far.remote.ask('wait 3'),
    counted: far.remote.count({ upTo: 40, everyMs: 0 }).pipe(toArray()),
    ticked: far.remote.count({ upTo: 0, everyMs: 1 }).pipe(take(5), toArray()),
    added: far.remote.add(range(1, 10)),
    chatted: far.remote.chat(interval(1).pipe(take(4), map(String))).pipe(toArray()),
    packed: far.remote.pack(new Uint8Array(3_000).fill(5)).pipe(map(({ length }) => length)),
  })

const expected = {
  asked: 'hello',
  waited: 'waited 3',
  counted: Array.from({ length: 40 }, (_, i) => i),
  ticked: [0, 1, 2, 3, 4],
  added: 55,
  chatted: ['you said 0', 'you said 1', 'you said 2', 'you said 3'],
  packed: 3_000,
}

/** One conversation through the proxy, over as many pipes as it takes: what came of it, and how many sessions it took. */
const talk = async (through: string) => {
  let sessions = 0
  let pipes = 0
  const result = await within(
    lastValueFrom(
      dial(through).pipe(
        reconnect(linear({ every: 1 })),
        peer({ uses: Kitchen, fragmentBytes: 1_000 }),
        mergeMap(far =>
          merge(
            converse(far),
            far.schema$.pipe(
              tap(() => sessions++),
              ignoreElements(),
            ),
            far.status$.pipe(
              tap(({ _tag }) => (_tag === 'Connected' ? pipes++ : 0)),
              ignoreElements(),
            ),
          ),
        ),
        take(1),
      ),
    ),
    'the conversation',
  )
  return { result, sessions, pipes }
}

/** Where the frames of a recording end. */
const boundariesOf = (chunks: readonly Uint8Array[]): readonly number[] => {
  const boundaries = new FrameEnds()
  const ends: number[] = []
  let at = 0
  for (const chunk of chunks)
    for (const byte of chunk) {
      boundaries.push(Uint8Array.of(byte))
      at++
      if (!boundaries.insideFrame) ends.push(at)
    }
  return ends
}

test.serial(
  'a socket that is cut at every frame boundary, and at random bytes, loses nothing of a conversation',
  async t => {
    t.timeout(90_000 + 1_000 * offsets)
    const { server, proxy, through } = await proxied(t, 'cut')
    const recording = proxy.record()
    t.deepEqual((await talk(through)).result, expected)
    const sizes = { up: recording.up, down: recording.down }
    const every: ProxyCut[] = (['up', 'down'] as const).flatMap(direction =>
      boundariesOf(sizes[direction]).map(after => ({ direction, after })),
    )
    const chance = chanceOf(1)
    const random = Array.from({ length: offsets }, (): ProxyCut => {
      const direction = chance.pick(['up', 'down'] as const)
      const size = sizes[direction].reduce((sum, { length }) => sum + length, 0)
      return { direction, after: chance.int(1, size) }
    })
    t.true(every.length > 40, `${every.length} frame boundaries`)
    let resumed = 0
    const start = performance.now()
    for (const cut of [...every, ...random]) {
      proxy.cutNext(cut)
      const { result, sessions, pipes } = await talk(through).catch((error: unknown) => {
        throw new Error(`${JSON.stringify(cut)}: ${String(error)}`, { cause: error })
      })
      t.deepEqual(result, expected, JSON.stringify(cut))
      // wherever it is cut: the two ends are of one mind about the session, or neither has begun it
      t.is(sessions, 1, JSON.stringify(cut))
      if (pipes > 1) resumed++
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    t.log(
      `${every.length} frame boundaries, ${random.length} random bytes: ${proxy.cuts} cuts, ${resumed} resumed, ${seconds} s`,
    )
    t.true(proxy.cuts > (every.length + random.length) * 0.8, `${proxy.cuts} cuts`)
    t.true(resumed > proxy.cuts * 0.7, `${resumed} sessions were resumed`)
    const met = () => server.lines.filter(line => line.startsWith('server connected')).length
    const talks = 1 + every.length + random.length
    await until(() => (met() >= talks ? true : undefined), 'the server to have met a client for each conversation')
    t.is(met(), talks)
  },
)

const watched = async (t: Teardown, key: string, windowMs: number) => {
  const statuses: Status[] = []
  let sessions = 0
  const far = await hold(
    t,
    dial(key).pipe(
      reconnect(linear({ every: 20 })),
      peer({
        uses: Kitchen,
        heartbeat: { everyMs: 100, tolerance: 3 },
        handshakeTimeout: 300,
        resume: { windowMs },
      }),
    ),
    'the far end',
  )
  far.status$.subscribe(status => statuses.push(status))
  far.schema$.subscribe(() => sessions++)
  return { far, statuses, sessions: () => sessions }
}

const whyOf = (status: Status | undefined): string | undefined =>
  status?._tag === 'Reconnecting' ? (status.error as { readonly why?: string } | undefined)?.why : undefined

test.serial('a server that is stopped is noticed, and found alive again within the window', async t => {
  t.timeout(60_000)
  const { server, key } = await startServer(t)
  const { far, statuses, sessions } = await watched(t, key, 20_000)
  const items: number[] = []
  const subscription = far.remote.count({ upTo: 0, everyMs: 10 }).subscribe({ next: n => items.push(n), error: t.fail })
  t.teardown(() => subscription.unsubscribe())
  await until(() => (items.length > 5 ? true : undefined), 'the first items')
  server.signal('SIGSTOP')
  const stopped = performance.now()
  await until(() => statuses.find(status => status._tag === 'Reconnecting'), 'the heartbeat to notice')
  const noticed = performance.now() - stopped
  t.is(whyOf(statuses.find(status => status._tag === 'Reconnecting')), 'silent')
  t.true(noticed < allowed(3_000), `it took ${noticed} ms`)
  const asked = lastValueFrom(far.remote.ask('echo still there?', { timeout: 20_000 }))
  server.signal('SIGCONT')
  await until(() => (statuses.at(-1)?._tag === 'Connected' ? true : undefined), 'the connection')
  t.is(await within(asked, 'the call that was made meanwhile'), 'still there?')
  const soFar = items.length
  await until(() => (items.length > soFar + 5 ? true : undefined), 'more items')
  t.deepEqual(
    items,
    Array.from({ length: items.length }, (_, i) => i),
  )
  t.is(sessions(), 1)
})

test.serial('a server that is killed and stays away ends what was open by the end of the window', async t => {
  t.timeout(60_000)
  const { server, key } = await startServer(t, join(place.path, 'dead'), randomBytes(32).toString('hex'))
  const { far } = await watched(t, key, 700)
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  const stream = errorOf(far.remote.count({ upTo: 0, everyMs: 10 }))
  t.is(await lastValueFrom(far.remote.ask('echo hello')), 'hello')
  server.signal('SIGKILL')
  await gone(server.pid)
  const dead = performance.now()
  for (const failed of [call, stream]) {
    const { _tag, sent } = await within(failed, 'what was open')
    t.deepEqual([_tag, sent], ['SessionLost', 'unknown'])
  }
  const ms = performance.now() - dead
  t.true(ms > 500 && ms < allowed(2_500), `it took ${ms} ms`)
})

test.serial('without reconnect a server that is killed ends what was open within a second', async t => {
  t.timeout(60_000)
  const { server, key } = await startServer(t, join(place.path, 'gone'), randomBytes(32).toString('hex'))
  const far = await hold(t, dial(key).pipe(peer({ uses: Kitchen })), 'the far end')
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  t.is(await lastValueFrom(far.remote.ask('echo hello')), 'hello')
  server.signal('SIGKILL')
  await gone(server.pid)
  const dead = performance.now()
  t.is((await within(call, 'what was open'))._tag, 'Disconnected')
  t.true(performance.now() - dead < allowed(1_000))
})

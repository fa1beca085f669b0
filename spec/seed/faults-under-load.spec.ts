import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import * as io from 'io-ts'
import { mergeMap, range, scan, takeLast } from 'rxjs'
import { bytes, contract, event, int32, request, serve, stream } from 'sluice'
import { errorOf, sharedServer, valueOf } from '../end-to-end/fixtures/start-program.js'
import { ownPlace, pause, within } from '../helpers/processes.js'
import { meet } from './meet.js'

ownPlace(test)
const shared = sharedServer(test)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}
const mebibyte = 1024 * 1024

const Notes = contract('seed.Notes', {
  note: event(io.string),
  echo: request(int32, int32),
  loaves: stream(int32, bytes),
})

test.serial(
  'each send kept a reply slot for 5 s, 1.1 GB in all: events and answered requests leave nothing',
  async t => {
    const { a, b } = await meet(t, { uses: Notes }, { serves: Notes })
    const serving = serve(b, { note: () => undefined, echo: n => n, loaves: () => [] }).subscribe()
    t.teardown(() => serving.unsubscribe())
    await valueOf(a.remote.echo(0))
    const before = heap()
    const timers = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    await within(valueOf(range(0, 100_000).pipe(mergeMap(() => a.remote.note('x'.repeat(100)), 1_000))), 'the events')
    await within(valueOf(range(0, 50_000).pipe(mergeMap(n => a.remote.echo(n), 64))), 'the requests')
    await valueOf(a.flush())
    const grown = (heap() - before) / mebibyte
    t.true(grown < 10, `${grown.toFixed(1)} MiB more`)
    t.true(process.getActiveResourcesInfo().filter(name => name === 'Timeout').length <= timers + 1)
  },
)

test.serial(
  'calls that had timed out while the far end was stopped all ran afterwards: those that had not left never run',
  async t => {
    const { far } = await shared.converse(t)
    await valueOf(far.remote.ask('pid'))
    shared.server.signal('SIGSTOP')
    const load = `never ${'x'.repeat(20_000)}`
    const calls = Array.from({ length: 900 }, () => errorOf(far.remote.ask(load, { timeout: 300 })))
    const tags = new Set((await within(Promise.all(calls), 'the time-outs')).map(({ _tag }) => _tag))
    t.deepEqual([...tags], ['Timeout'])
    shared.server.signal('SIGCONT')
    const log = JSON.parse(await valueOf(far.remote.ask('log'))) as string[]
    const begun = log.filter(line => line === 'request open').length
    // what lay in the socket when the far end stopped is begun, and given up at once
    t.true(begun < 450, `${begun} of 900 were begun`)
    t.is(log.filter(line => line === 'request over').length, begun)
  },
)

test.serial(
  'queues had no limit, and 512 MiB were accepted with the far end stopped: past a number of calls each is told so at once',
  async t => {
    const { far } = await shared.converse(t, { waiting: 100 })
    await valueOf(far.remote.ask('pid'))
    shared.server.signal('SIGSTOP')
    const load = `never ${'x'.repeat(20_000)}`
    const ends = await Promise.all(
      Array.from({ length: 2_000 }, () => errorOf(far.remote.ask(load, { timeout: 200 })).then(({ _tag }) => _tag)),
    )
    shared.server.signal('SIGCONT')
    t.deepEqual([...new Set(ends)].sort(), ['Overloaded', 'Timeout'])
    t.true(ends.filter(tag => tag === 'Timeout').length < 1_200)
    t.is(await valueOf(far.remote.ask('echo all is well')), 'all is well')
  },
)

test.serial(
  'a send blocked the whole runtime, for 2,948 ms, while the far end was stopped: it blocks nothing',
  async t => {
    const { far } = await shared.converse(t)
    await valueOf(far.remote.ask('pid'))
    shared.server.signal('SIGSTOP')
    let longest = 0
    let last = Date.now()
    const beat = setInterval(() => {
      longest = Math.max(longest, Date.now() - last)
      last = Date.now()
    }, 5)
    const calls = Array.from({ length: 200 }, () =>
      errorOf(far.remote.ask(`never ${'x'.repeat(50_000)}`, { timeout: 150 })),
    )
    await Promise.all(calls)
    await pause(20)
    clearInterval(beat)
    shared.server.signal('SIGCONT')
    t.true(longest < 500, `${longest} ms without a turn`)
  },
)

test.serial('a ping behind a message of 64 MiB took 310 ms: it overtakes the message', async t => {
  const { far } = await shared.converse(t)
  await valueOf(far.remote.ask('pid'))
  const order: string[] = []
  const load = valueOf(far.remote.pack(new Uint8Array(60 * mebibyte), { timeout: 30_000 })).then(() =>
    order.push('load'),
  )
  const ping = valueOf(far.remote.ask('echo ping')).then(() => order.push('ping'))
  await within(Promise.all([load, ping]), 'both')
  t.deepEqual(order, ['ping', 'load'])
})

test.serial('big messages had no limit: past it they fail with TooLarge, which says what to do', async t => {
  const { far } = await shared.converse(t)
  const error = await errorOf(far.remote.pack(new Uint8Array(65 * mebibyte)))
  t.is(error._tag, 'TooLarge')
  t.regex(error.message, /over the limit of \d+: send it in parts, as a stream of bytes/)
})

test.serial('big messages had no progress: as a stream of bytes, 64 MiB tell of each part that has come', async t => {
  const { a, b } = await meet(t, { uses: Notes }, { serves: Notes })
  const part = new Uint8Array(64 * 1024)
  const serving = serve(b, {
    note: () => undefined,
    echo: n => n,
    *loaves(n) {
      for (let i = 0; i < n; i += 1) yield part
    },
  }).subscribe()
  t.teardown(() => serving.unsubscribe())
  let steps = 0
  const total$ = a.remote.loaves(1_024).pipe(
    scan((sum, { length }) => {
      steps += 1
      return sum + length
    }, 0),
    takeLast(1),
  )
  t.is(await within(valueOf(total$), 'the loaves'), 64 * mebibyte)
  t.is(steps, 1_024)
})

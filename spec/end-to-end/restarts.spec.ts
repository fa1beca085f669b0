import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import test from 'ava'
import { toArray } from 'rxjs'
import { exponential, linear, peer, reconnect, type Status } from 'sluice'
import { bind, dial } from 'sluice/node'
import { record } from '../transport/conformance/rig.js'
import { gone, hold, ownPlace, type Teardown, until, within } from '../helpers/processes.js'
import { Kitchen } from './fixtures/kitchen.js'
import { openCalls } from './fixtures/open-calls.js'
import { childProgram, converse, errorOf, startServer, valueOf } from './fixtures/start-program.js'

const place = ownPlace(test)

/** A server that can be killed and started again, with its path and its secret, and a client that dials it again. */
const restartable = async (t: Teardown, name: string) => {
  const words = [join(place.path, name), randomBytes(32).toString('hex')]
  const { key, ...started } = await startServer(t, ...words)
  let { server } = started
  const statuses: Status[] = []
  const conversation = await converse(t, dial(key).pipe(reconnect(exponential({ from: 20, to: 200 }))))
  conversation.far.status$.subscribe(status => statuses.push(status))
  return {
    ...conversation,
    statuses,
    stop: async (signal: NodeJS.Signals) => {
      server.signal(signal)
      await gone(server.pid)
    },
    startAgain: async () => {
      ;({ server } = await startServer(t, ...words))
    },
    reconnected: () =>
      until(() => (statuses.filter(({ _tag }) => _tag === 'Connected').length > 1 ? true : undefined), 'the reconnect'),
  }
}

test.serial('a server is killed and started again: the same Peer goes on', async t => {
  const { far, statuses, stop, startAgain, reconnected } = await restartable(t, 'killed')
  const first = await valueOf(far.remote.ask('pid'))
  const calls = valueOf(openCalls(far).pipe(toArray()))
  await valueOf(far.remote.ask('pid'))
  await stop('SIGKILL')
  const impatient = await errorOf(far.remote.ask('echo hello', { timeout: 100 }))
  t.is(impatient._tag, 'Timeout')
  const waiting = valueOf(far.remote.again('echo I can wait', { timeout: 60_000 }))
  await startAgain()
  await reconnected()
  t.is(await within(waiting, 'the idempotent call made in between'), 'I can wait')
  // the new server knows nothing of the session: what was open with the old one is lost
  for (const { kind, end, sent } of await within(calls, 'the calls in flight')) {
    t.is(end, kind === 'event' ? 'complete' : 'SessionLost')
    t.is(sent, kind === 'event' ? undefined : 'unknown')
  }
  t.not(await valueOf(far.remote.ask('pid')), first)
  t.deepEqual(
    statuses.map(({ _tag }) => _tag).filter((tag, i, tags) => tag !== tags[i - 1]),
    ['Connected', 'Reconnecting', 'Connected'],
  )
  const reconnecting = statuses.filter(status => status._tag === 'Reconnecting')
  t.true(reconnecting.some(({ attempt, nextTryAt }) => attempt >= 1 && nextTryAt !== undefined))
})

test.serial('a server that leaves politely and comes back is dialled again', async t => {
  const { far, stop, startAgain, reconnected } = await restartable(t, 'polite')
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  await valueOf(far.remote.ask('pid'))
  await stop('SIGINT')
  const error = await within(call, 'the call in flight')
  t.is(error._tag, 'SessionLost')
  await startAgain()
  await reconnected()
  t.is(await valueOf(far.remote.ask('echo back again')), 'back again')
})

test.serial('whoever gives up dialling fails with the last error, and so does every call', async t => {
  const { server, key } = await startServer(t, join(place.path, 'given-up'))
  const notes = record(dial(key).pipe(reconnect(linear({ every: 20, maxAttempts: 2 })), peer({ uses: Kitchen })))
  t.teardown(notes.unsubscribe)
  const far = await until(() => notes.values[0], 'the far end')
  t.is(await valueOf(far.remote.ask('echo hello')), 'hello')
  server.signal('SIGKILL')
  const { error } = (await within(notes.ended, 'the failure')) as { error: { _tag: string; why: string } }
  t.deepEqual([error._tag, error.why], ['PipeError', 'refused'])
  t.is((await errorOf(far.remote.ask('echo hello')))._tag, 'Disconnected')
})

test.serial('a child that is killed is started again, and the same Peer goes on', async t => {
  const { far } = await converse(t, childProgram().pipe(reconnect(linear({ every: 10 }))))
  const pid = Number(await valueOf(far.remote.ask('pid')))
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  process.kill(pid, 'SIGKILL')
  t.is((await within(call, 'the call in flight'))._tag, 'SessionLost')
  const next = Number(await within(valueOf(far.remote.ask('pid', { timeout: 60_000 })), 'the new child'))
  t.not(next, pid)
  t.true(await gone(pid))
})

test.serial('a secret that can be guessed is refused, and leaves nothing', async t => {
  const error = await errorOf(hold(t, bind({ secret: new Uint8Array(15) })))
  t.deepEqual([error._tag, error.why], ['PipeError', 'refused'])
  t.regex(error.message, /a secret of 15 bytes can be guessed/)
  t.false(place.left().length > 0)
})

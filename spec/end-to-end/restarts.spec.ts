import { join } from 'node:path'
import test from 'ava'
import { defer, toArray } from 'rxjs'
import { exponential, linear, peer, reconnect, type Status } from 'sluice'
import { dial } from 'sluice/node'
import { record } from '../transport/conformance/rig.js'
import { gone, ownPlace, type Teardown, until, within } from '../helpers/processes.js'
import { Kitchen } from './fixtures/kitchen.js'
import { openCalls } from './fixtures/open-calls.js'
import { childProgram, converse, errorOf, startProgram, startServer, valueOf } from './fixtures/start-program.js'

const place = ownPlace(test)

/** A server that can be killed and started again at the same path, and a client that dials it again. */
const restartable = async (t: Teardown, name: string) => {
  const path = join(place.path, name)
  let { server, key } = await startServer(t, path)
  // each start has a secret of its own, so whoever dials again asks for the newest key
  const dial$ = defer(() => dial(key))
  const statuses: Status[] = []
  const conversation = await converse(t, dial$.pipe(reconnect(exponential({ from: 20, to: 200 }))))
  conversation.far.status$.subscribe(status => statuses.push(status))
  return {
    ...conversation,
    statuses,
    stop: async (signal: NodeJS.Signals) => {
      server.signal(signal)
      await gone(server.pid)
    },
    startAgain: async () => {
      ;({ server, key } = await startServer(t, path))
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
  const begun = Date.now()
  await stop('SIGKILL')
  const outcomes = await within(calls, 'the calls in flight')
  t.true(Date.now() - begun < 1_000)
  for (const { kind, end, sent } of outcomes) {
    t.is(end, kind === 'event' ? 'complete' : 'SessionLost')
    t.is(sent, kind === 'event' ? undefined : 'unknown')
  }
  const waiting = valueOf(far.remote.ask('echo I can wait'))
  await startAgain()
  await reconnected()
  t.is(await within(waiting, 'the call made in between'), 'I can wait')
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
  const call = errorOf(far.remote.ask('never'))
  await valueOf(far.remote.ask('pid'))
  await stop('SIGINT')
  const error = await within(call, 'the call in flight')
  t.is(error._tag, 'SessionLost')
  await startAgain()
  await reconnected()
  t.is(await valueOf(far.remote.ask('echo back again')), 'back again')
})

test.serial('a call that was made while nobody was there ends with Timeout when nobody comes', async t => {
  const { far, stop } = await restartable(t, 'nobody')
  await stop('SIGKILL')
  const begun = Date.now()
  const error = await errorOf(far.remote.ask('echo hello', { timeout: 200 }))
  t.is(error._tag, 'Timeout')
  t.true(Date.now() - begun < 1_000)
})

test.serial('whoever gives up dialling fails with the last error, and so does every call', async t => {
  const path = join(place.path, 'given-up')
  const { server, key } = await startServer(t, path)
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
  const call = errorOf(far.remote.ask('never'))
  process.kill(pid, 'SIGKILL')
  t.is((await within(call, 'the call in flight'))._tag, 'SessionLost')
  const next = Number(await within(valueOf(far.remote.ask('pid')), 'the new child'))
  t.not(next, pid)
  t.true(await gone(pid))
})

test.serial('a stale socket of a killed server is no obstacle, and a live one is not taken', async t => {
  const path = join(place.path, 'stale')
  const { server } = await startServer(t, path)
  await startProgram(t, 'server', path).line(/^server failed PipeError refused$/)
  server.signal('SIGKILL')
  await gone(server.pid)
  const { key } = await startServer(t, path)
  const { far } = await converse(t, dial(key))
  t.is(await valueOf(far.remote.ask('echo mine now')), 'mine now')
})

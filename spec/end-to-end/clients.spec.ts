import test from 'ava'
import { firstValueFrom, forkJoin, map, take, toArray } from 'rxjs'
import { disconnected } from 'sluice'
import { dial } from 'sluice/node'
import { hold, ownPlace, until, within } from '../helpers/processes.js'
import { errorOf, sharedServer, startProgram, valueOf } from './fixtures/start-program.js'

ownPlace(test)
const shared = sharedServer(test)

test.serial('fifty clients at once are each served, and called back', async t => {
  const clients = await Promise.all(Array.from({ length: 50 }, () => shared.converse(t)))
  const answers = await within(
    Promise.all(
      clients.map(({ far }, i) =>
        valueOf(
          forkJoin([
            far.remote.ask(`echo ${i}`),
            far.remote.count({ upTo: 100 + i, everyMs: 0 }).pipe(toArray()),
            far.remote.add([i, i, i]),
          ]).pipe(map(([echo, items, sum]) => `${echo} ${items.length} ${sum}`)),
        ),
      ),
    ),
    'the answers',
  )
  t.deepEqual(
    answers,
    clients.map((_, i) => `${i} ${100 + i} ${3 * i}`),
  )
  clients[49]!.far.remote.note('call back').subscribe()
  await shared.server.line(/^server ended .*"event"/)
  await until(() => (clients[49]!.log.includes('request open') ? true : undefined), 'the call')
  t.false(clients[0]!.log.includes('request open'))
})

test.serial('clients in processes of their own come and go without a trace for the others', async t => {
  const { far } = await shared.converse(t)
  const ticks = far.remote.count({ upTo: 0, everyMs: 2 }).pipe(take(500), toArray())
  const all = valueOf(ticks)
  const programs = [1, 2, 3].map(() => startProgram(t, 'client', shared.key))
  // a client may be connected before the server knows: one that dies in between was never there
  const met = () => shared.server.lines.filter(line => line.startsWith('server connected')).length
  await until(() => (met() === 1 + programs.length ? true : undefined), 'all four at the server')
  programs[0]!.signal('SIGKILL')
  programs[1]!.signal('SIGINT')
  programs[2]!.signal('SIGSTOP')
  await shared.server.line(/^server disconnected PipeError (ended|reset)$/)
  await shared.server.line(/^server disconnected cleanly$/)
  t.deepEqual(
    await within(all, 'the ticks'),
    Array.from({ length: 500 }, (_, i) => i),
  )
})

test.serial('a client that breaks the rules in the midst of its session is cut off, and nobody else is', async t => {
  const { far } = await shared.converse(t)
  const bad = await shared.converse(t)
  await valueOf(bad.far.remote.ask('pid'))
  const status = firstValueFrom(disconnected(bad.far))
  const call = errorOf(bad.far.remote.ask('never', { timeout: 60_000 }))
  bad.pipe.outgoing.next(Uint8Array.from({ length: 64 }, () => 0xff))
  await shared.server.line(/^server disconnected ProtocolViolation$/)
  t.is((await within(call, 'the call'))._tag, 'Disconnected')
  const { error } = (await within(status, 'the end')) as { error: { _tag: string; why: string; message: string } }
  t.deepEqual([error._tag, error.why], ['Refused', 'far-end'])
  t.is(await valueOf(far.remote.ask('echo unharmed')), 'unharmed')
})

test.serial('a server that breaks the rules fails its client, which says what was broken', async t => {
  const { far } = await shared.converse(t)
  const status = firstValueFrom(disconnected(far))
  far.remote.note('send garbage').subscribe()
  const { error } = (await within(status, 'the end')) as { error: { _tag: string; message: string } }
  t.is(error._tag, 'ProtocolViolation')
  t.regex(error.message, /:/)
})

test.serial('two connections of one client are two sessions: the end of one is not the end of the other', async t => {
  const first = await shared.converse(t)
  const second = await shared.converse(t)
  const call = valueOf(second.far.remote.ask('wait 100'))
  await valueOf(first.far.close())
  t.is(await call, 'waited 100')
  t.is((await errorOf(first.far.remote.ask('pid')))._tag, 'Disconnected')
})

test.serial('a dialler with nobody to talk to fails at once, and names the place without the secret', async t => {
  const key = shared.key.replace('/pipe', '/nobody')
  const error = await errorOf(hold(t, dial(key)))
  t.deepEqual([error._tag, error.why], ['PipeError', 'refused'])
  t.regex(error.message, /nobody listens at unix:/)
  t.false(error.message.includes('secret'))
})

import test from 'ava'
import { firstValueFrom, map, merge, take, toArray } from 'rxjs'
import { disconnected } from 'sluice'
import { dial } from 'sluice/node'
import { allowed } from '../helpers/allowed.js'
import { gone, ownPlace, within } from '../helpers/processes.js'
import { converse, converseWithServer, errorOf, sharedServer, startProgram, valueOf } from './fixtures/start-program.js'

const place = ownPlace(test)

const shared = sharedServer(test)

test.serial('an end of the bytes without Goodbye is an error to the end that sees it', async t => {
  const { far } = await shared.converse(t)
  const status = firstValueFrom(disconnected(far))
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  far.remote.note('end without goodbye').subscribe()
  t.is((await within(call, 'the call'))._tag, 'Disconnected')
  const { error } = (await within(status, 'the end')) as { error: { _tag: string; why: string } }
  t.deepEqual([error._tag, error.why], ['PipeError', 'ended'])
})

test.serial('an end of the bytes without Goodbye is an error to the end that accepted, too', async t => {
  const { pipe } = await shared.converse(t)
  await shared.server.line(/^server connected/)
  pipe.outgoing.complete()
  await shared.server.line(/^server disconnected PipeError ended$/)
  t.pass()
})

test.serial('a goodbye of the end that dialled is a clean end on both', async t => {
  const { far } = await shared.converse(t)
  await shared.server.line(/^server connected/)
  const status = firstValueFrom(disconnected(far))
  await within(valueOf(far.close('done for today')), 'the goodbye')
  t.deepEqual(await status, { _tag: 'Disconnected' })
  await shared.server.line(/^server disconnected cleanly$/)
})

test.serial('a goodbye of the end that accepted is a clean end on both', async t => {
  const { far } = await shared.converse(t)
  const status = firstValueFrom(disconnected(far))
  far.remote.note('close').subscribe()
  t.deepEqual(await within(status, 'the end'), { _tag: 'Disconnected' })
  await shared.server.line(/^server disconnected cleanly$/)
  await shared.server.line(/^server closed$/)
})

test.serial('a call after an orderly end fails with Disconnected, and names no cause', async t => {
  const { far } = await shared.converse(t)
  await within(valueOf(far.close()), 'the goodbye')
  const error = await errorOf(far.remote.ask('echo hello'))
  t.is(error._tag, 'Disconnected')
  t.is(error.cause, undefined)
})

test.serial('close() lets the calls in flight finish, both ways, and starts no new ones', async t => {
  const { far } = await shared.converse(t)
  const slow = valueOf(far.remote.ask('wait 300'))
  await valueOf(far.remote.ask('pid'))
  const closed = valueOf(far.close().pipe(map(() => undefined)))
  t.is((await errorOf(far.remote.ask('echo late')))._tag, 'GoingAway')
  t.is(await within(slow, 'the slow call'), 'waited 300')
  await within(closed, 'the goodbye')
})

test.serial('close() waits for no longer than its grace time', async t => {
  const { far } = await shared.converse(t, { grace: 200 })
  const stuck = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  const begun = Date.now()
  await within(valueOf(far.close()), 'the goodbye')
  t.is((await stuck)._tag, 'Disconnected')
  const took = Date.now() - begun
  t.true(took >= 190 && took < allowed(1_000), `${took} ms`)
})

test.serial('flush() completes when the far end has all that was sent', async t => {
  const { far } = await shared.converse(t)
  merge(...Array.from({ length: 5_000 }, (_, i) => far.remote.note(String(i)))).subscribe()
  await within(valueOf(far.flush()), 'the flush')
  const log = JSON.parse(await valueOf(far.remote.ask('log'))) as string[]
  t.is(log.length, 5_000)
})

test.serial('Ctrl-C at the server leaves no socket and tells the client in order', async t => {
  const { far, server, key } = await converseWithServer(t)
  const status = firstValueFrom(disconnected(far))
  const call = errorOf(far.remote.ask('never', { timeout: 60_000 }))
  server.signal('SIGINT')
  t.is((await within(call, 'the call'))._tag, 'Disconnected')
  t.deepEqual(await within(status, 'the end'), { _tag: 'Disconnected' })
  t.true(await gone(server.pid))
  const path = decodeURIComponent(new URL(key).pathname)
  t.false(place.left().some(name => path.includes(name)))
})

test.serial('Ctrl-C at a parent ends its child too', async t => {
  const parent = startProgram(t, 'parent')
  const child = Number((await parent.line(/^child connected (\d+)$/))[1])
  await parent.line(/^parent: request open/)
  parent.signal('SIGINT')
  t.deepEqual(await within(parent.exited, 'the end of the parent'), { code: 0, signal: null })
  t.true(await gone(child))
  t.true(parent.lines.includes('child disconnected cleanly'))
})

test.serial('a client that has nothing more to do ends by itself after its goodbye', async t => {
  const { far } = await converse(t, dial(shared.key))
  const other = startProgram(t, 'client', shared.key)
  await other.line(/^client connected/)
  other.signal('SIGINT')
  t.deepEqual(await within(other.exited, 'the end of the client'), { code: 0, signal: null })
  await shared.server.line(/^server disconnected cleanly$/)
  t.deepEqual(await valueOf(far.remote.count({ upTo: 3, everyMs: 0 }).pipe(take(3), toArray())), [0, 1, 2])
})

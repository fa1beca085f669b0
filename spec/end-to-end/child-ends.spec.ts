import test from 'ava'
import { firstValueFrom, toArray } from 'rxjs'
import { disconnected } from 'sluice'
import { spawn } from 'sluice/node'
import { allowed } from '../helpers/allowed.js'
import { gone, hold, ownPlace, within } from '../helpers/processes.js'
import { openCalls } from './fixtures/open-calls.js'
import { converse, converseWithChild, errorOf, valueOf } from './fixtures/start-program.js'

const place = ownPlace(test)

const script = (text: string, options: object = {}) =>
  spawn(process.execPath, { args: ['-e', text], stderr: 'ignore', ...options })

test.serial('a handler that calls process.exit ends its call, and all others, with the exit code', async t => {
  const { far, pid } = await converseWithChild(t)
  const others = valueOf(openCalls(far).pipe(toArray()))
  const begun = Date.now()
  const error = await errorOf(far.remote.ask('exit 7'))
  t.true(Date.now() - begun < allowed(1_000))
  t.is(error._tag, 'Disconnected')
  t.is(error.cause?.why, 'exited')
  t.regex(error.message, /ended with code 7 during the conversation; its last words:\nthe kitchen is on fire/)
  for (const { kind, end } of await others) t.is(end, kind === 'event' ? 'complete' : 'Disconnected')
  t.true(await gone(pid))
  t.deepEqual(place.left(), [])
})

test.serial('a child that exits at once fails the connection with its code and its last words', async t => {
  const error = await errorOf(hold(t, script('process.stderr.write("no flour in the house"); process.exitCode = 9')))
  t.is(error.why, 'exited')
  const exited = error.cause as { readonly code?: number; readonly stderr?: string }
  t.is(exited.code, 9)
  t.is(exited.stderr, 'no flour in the house')
  t.regex(error.message, /ended with code 9 before it connected; its last words:\nno flour in the house/)
})

test.serial('a child that never connects fails the connection in time, and is ended', async t => {
  const begun = Date.now()
  const sleeper = script('setInterval(() => {}, 1000)', { connectWithin: 400, grace: 200 })
  const error = await errorOf(converse(t, sleeper))
  t.is(error.why, 'refused')
  t.regex(error.message, /did not connect within 400 ms/)
  t.true(Date.now() - begun < allowed(2_000))
  t.deepEqual(place.left(), [])
})

test.serial('a child that connects and says nothing is refused once the handshake is due, and ended', async t => {
  const silent = script(
    `const path = new URL(process.env.SLUICE_KEY).pathname
     require('net').connect(decodeURIComponent(path)).on('error', () => {})
     setInterval(() => {}, 1000)`,
    { grace: 200 },
  )
  const error = await errorOf(converse(t, silent, { handshakeTimeout: 200 }))
  t.is(error._tag, 'Refused')
  t.is(error.why, 'late')
  t.regex(error.message, /within 200 ms/)
})

test.serial('a child that dies between connecting and the end of the handshake fails the connection', async t => {
  const dying = script(
    `const path = new URL(process.env.SLUICE_KEY).pathname
     require('net').connect(decodeURIComponent(path), () => process.kill(process.pid, 'SIGKILL'))`,
  )
  const error = await errorOf(converse(t, dying))
  t.is(error.why, 'exited')
  t.is((error.cause as { readonly signal?: string }).signal, 'SIGKILL')
})

test.serial('a child that is killed while it answers a thousand requests fails each of them', async t => {
  const { far, pid } = await converseWithChild(t)
  const calls = Array.from({ length: 1_000 }, () => errorOf(far.remote.ask('never', { timeout: 60_000 })))
  await valueOf(far.remote.ask('pid'))
  const begun = Date.now()
  process.kill(pid, 'SIGKILL')
  const tags = new Set((await within(Promise.all(calls), 'all calls')).map(({ _tag }) => _tag))
  t.deepEqual([...tags], ['Disconnected'])
  t.true(Date.now() - begun < allowed(1_000))
})

test.serial('unsubscribing ends the child in order: each end sees a clean end', async t => {
  const undo: Array<() => void | Promise<void>> = []
  t.teardown(async () => {
    for (const work of undo) await work()
  })
  const { far, pid } = await converseWithChild({ teardown: work => void undo.push(work) })
  const status = firstValueFrom(disconnected(far))
  // the first of them is the connection itself
  await undo[0]!()
  t.deepEqual(await within(status, 'the end'), { _tag: 'Disconnected' })
  t.true(await gone(pid))
})

test.serial('a program that cannot be started fails the connection at once', async t => {
  const error = await errorOf(hold(t, spawn('/no/such/kitchen')))
  t.is(error.why, 'refused')
})

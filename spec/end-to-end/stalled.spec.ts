import test from 'ava'
import { toArray } from 'rxjs'
import { allowed } from '../helpers/allowed.js'
import { ownPlace, pause, within } from '../helpers/processes.js'
import { converseWithChild, converseWithServer, errorOf, valueOf } from './fixtures/start-program.js'

ownPlace(test)

test.serial(
  'requests to a far end that is stopped end with Timeout, and the others go on once it continues',
  async t => {
    const { far, server } = await converseWithServer(t)
    await valueOf(far.remote.ask('pid'))
    server.signal('SIGSTOP')
    const patient = valueOf(far.remote.ask('echo at last', { timeout: 5_000 }))
    const begun = Date.now()
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => errorOf(far.remote.ask('echo soon', { timeout: 200 }))),
    )
    const took = Date.now() - begun
    t.deepEqual([...new Set(errors.map(({ _tag }) => _tag))], ['Timeout'])
    t.true(took >= 190 && took < allowed(1_000), `${took} ms`)
    server.signal('SIGCONT')
    t.is(await within(patient, 'the patient call'), 'at last')
  },
)

test.serial('a far end that is stopped blocks nothing at this end', async t => {
  const { far, server } = await converseWithServer(t)
  await valueOf(far.remote.ask('pid'))
  server.signal('SIGSTOP')
  let longest = 0
  let last = Date.now()
  const beat = setInterval(() => {
    longest = Math.max(longest, Date.now() - last)
    last = Date.now()
  }, 5)
  const note = 'x'.repeat(10_000)
  for (let i = 0; i < 1_000; i += 1) far.remote.note(note).subscribe({ error: () => undefined })
  await pause(100)
  clearInterval(beat)
  t.true(longest < 500, `${longest} ms without a turn`)
})

test.serial('a call that timed out is over: its late answer goes nowhere', async t => {
  const { far, log, server } = await converseWithServer(t)
  await valueOf(far.remote.ask('pid'))
  const error = await errorOf(far.remote.ask('wait 150', { timeout: 50 }))
  t.is(error._tag, 'Timeout')
  await server.line(/^server: request over$/)
  await pause(200)
  // a late answer handed to this end's own handlers would show here
  t.deepEqual(log, [])
  t.deepEqual(await valueOf(far.remote.count({ upTo: 2, everyMs: 0 }).pipe(toArray())), [0, 1])
})

test.serial('a child that is killed while it is stopped ends every call', async t => {
  const { far, pid } = await converseWithChild(t)
  process.kill(pid, 'SIGSTOP')
  const calls = [
    errorOf(far.remote.ask('never', { timeout: 60_000 })),
    errorOf(far.remote.count({ upTo: 0, everyMs: 5 })),
  ]
  await pause(20)
  const begun = Date.now()
  process.kill(pid, 'SIGKILL')
  for (const call of calls) t.is((await within(call, 'the call'))._tag, 'Disconnected')
  t.true(Date.now() - begun < allowed(1_000))
})

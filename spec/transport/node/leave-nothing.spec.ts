import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import test from 'ava'
import { ConnectionKey } from '../../../src/transport/connection-key.js'
import { bind } from '../../../src/transport/node/bind.js'
import { dial } from '../../../src/transport/node/dial.js'
import { letGo, record, until } from '../conformance/rig.js'
import { runFixture } from './fixtures/run-fixture.js'

test.after.always(letGo)

for (const [ending, expected] of [
  ['exit', { code: 7, signal: null }],
  ['throw', { code: 1, signal: null }],
] as const) {
  test(`leaves no socket when the process ends by ${ending}`, async t => {
    const { firstLine, exited } = runFixture('listener', [ending])
    const { path } = ConnectionKey.parse(await firstLine)
    t.deepEqual(await exited, expected)
    t.false(existsSync(dirname(path)))
  })
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`leaves no socket when the process ends by ${signal}, and does not swallow it`, async t => {
    const { child, firstLine, exited } = runFixture('listener', ['stay'])
    const { path } = ConnectionKey.parse(await firstLine)
    t.true(existsSync(path))
    child.kill(signal)
    t.deepEqual(await exited, { code: null, signal })
    t.false(existsSync(dirname(path)))
  })
}

test('leaves no socket at a path of its own choice', async t => {
  const place = mkdtempSync(join(tmpdir(), 'leave-spec-'))
  const { child, firstLine, exited } = runFixture('listener', ['stay', join(place, 'chosen')])
  await firstLine
  t.deepEqual(readdirSync(place), ['chosen'])
  child.kill('SIGTERM')
  await exited
  t.deepEqual(readdirSync(place), [])
  rmSync(place, { recursive: true })
})

test('leaves it to a program that handles a signal itself whether to end, and goes on listening', async t => {
  const { child, firstLine, secondLine, exited } = runFixture('listener', ['refuse'])
  const key = await firstLine
  child.kill('SIGTERM')
  t.is(await secondLine, 'not yet')
  const client = record(dial(key))
  await until(() => client.values[0], 'a pipe after the signal')
  client.unsubscribe()
  child.kill('SIGINT')
  t.deepEqual(await exited, { code: null, signal: 'SIGINT' })
  t.false(existsSync(dirname(ConnectionKey.parse(key).path)))
})

test('hands no descriptor of a pipe or a listener to an unrelated child', async t => {
  if (process.platform !== 'linux') {
    t.pass('reads /proc')
    return
  }
  const doors = record(bind())
  const door = await until(() => doors.values[0], 'the door')
  const arrivals = record(door.pipes$)
  const dialler = record(dial(door.key))
  await until(() => arrivals.values[0], 'the pipe')
  const child = spawn('sleep', ['20'], { stdio: 'ignore' })
  await until(() => child.pid, 'the child')
  const descriptors = readdirSync(`/proc/${child.pid}/fd`).map(fd => readlinkSync(`/proc/${child.pid}/fd/${fd}`))
  t.deepEqual(
    descriptors.filter(target => target.startsWith('socket:')),
    [],
  )
  child.kill('SIGKILL')
  dialler.unsubscribe()
  doors.unsubscribe()
})

import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import test from 'ava'
import { ConnectionKey } from '../../../src/transport/connection-key.js'
import { bind } from '../../../src/transport/node/bind.js'
import { dial } from '../../../src/transport/node/dial.js'
import { record, until } from '../conformance/rig.js'
import { runFixture } from './fixtures/run-fixture.js'

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

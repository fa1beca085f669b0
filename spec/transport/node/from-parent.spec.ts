import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { lives } from 'sluice/testing/node'
import { pause, until, within } from '../conformance/rig.js'
import { runFixture } from './fixtures/run-fixture.js'

const place = mkdtempSync(join(tmpdir(), 'parent-spec-'))
test.after.always(() => rmSync(place, { recursive: true, force: true }))

const parent = (...args: string[]) => runFixture('parent', args, { XDG_RUNTIME_DIR: place })
const sockets = (): string[] => readdirSync(place).filter(name => name.startsWith('sluice-'))
const gone = (pid: number) => until(() => (lives(pid) ? undefined : true), `the end of ${pid}`)

test.serial('says what to do when there is no parent', async t => {
  const orphan = runFixture('child', ['has no parent'], { SLUICE_KEY: undefined })
  t.regex(await orphan.firstLine, /SLUICE_KEY is not set: start this program with spawn\(\)/)
  t.deepEqual(await orphan.exited, { code: 0, signal: null })
})

test.serial('ends by itself when the parent is killed, although timers keep it busy', async t => {
  const { child, firstLine, exited } = parent('stay', 'says its pid and stays busy')
  const pid = Number(await firstLine)
  t.true(lives(pid))
  child.kill('SIGKILL')
  await exited
  await gone(pid)
  t.deepEqual(sockets(), [])
})

test.serial('finishes its clean-up when the parent is killed', async t => {
  const file = join(place, 'orphan')
  const { child, firstLine } = parent('stay', 'cleans up for 100 ms', file)
  t.is(await firstLine, 'ready')
  child.kill('SIGKILL')
  await until(() => (existsSync(file) && readFileSync(file, 'utf8') !== '' ? true : undefined), 'the clean-up')
  t.is(readFileSync(file, 'utf8'), 'clean')
})

test.serial('stays when told to, past the end of its parent', async t => {
  const file = join(place, 'stubborn')
  const { child, firstLine, exited } = parent('stay', 'is stubborn', file)
  const pid = Number(await firstLine)
  child.kill('SIGKILL')
  await exited
  await pause(1_500)
  t.true(lives(pid))
  process.kill(pid, 'SIGKILL')
  await gone(pid)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test.serial(`leaves neither child nor socket when the parent ends by ${signal}`, async t => {
    const { child, firstLine, exited } = parent('stay', 'says its pid and stays busy')
    const pid = Number(await firstLine)
    child.kill(signal)
    t.deepEqual(await exited, { code: null, signal })
    await gone(pid)
    t.deepEqual(sockets(), [])
  })
}

test.serial('leaves neither child nor socket when the parent exits without unsubscribing', async t => {
  const { firstLine, exited } = parent('exit', 'says its pid and stays busy')
  const pid = Number(await firstLine)
  t.deepEqual(await exited, { code: 0, signal: null })
  await gone(pid)
})

test.serial('leaves neither child nor socket when the parent exits before the child has connected', async t => {
  const { exited } = parent('exit before it connects', 'never connects')
  t.deepEqual(await within(exited, 'the parent'), { code: 0, signal: null })
  t.deepEqual(sockets(), [])
})

test.serial('lets a parent that has unsubscribed end once the child is gone', async t => {
  const { firstLine, exited } = parent('unsubscribe', 'says its pid and stays busy')
  const pid = Number(await firstLine)
  t.deepEqual(await within(exited, 'the parent'), { code: 0, signal: null })
  t.false(lives(pid))
})

test.serial('finishes its clean-up when the parent unsubscribes and exits at once', async t => {
  const file = join(place, 'dismissed')
  const { exited } = parent('unsubscribe and exit', 'cleans up for 100 ms', file)
  await exited
  await until(() => (existsSync(file) && readFileSync(file, 'utf8') !== '' ? true : undefined), 'the clean-up')
  t.is(readFileSync(file, 'utf8'), 'clean')
})

test.after('leaves no socket behind', t => {
  t.deepEqual(sockets(), [])
})

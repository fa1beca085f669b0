import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ownPlace, pause, until } from '../helpers/processes.js'
import { runExample, startExample } from './run-example.js'

const place = ownPlace(test)
const tree = mkdtempSync(join(tmpdir(), 'start-spec-'))
test.after.always('its directory is removed', () => rmSync(tree, { recursive: true, force: true }))

const isRoot = process.getuid?.() === 0

/** Nothing that an example started is there any more, and no socket file. */
const cleared = () =>
  until(() => (place.running().length + place.left().length === 0 ? true : undefined), 'the clearing')

test.serial('shows the handshake, the talk both ways, and a directory hashed by a child', async t => {
  writeFileSync(join(tree, 'lines.txt'), 'one\ntwo\nthree\n')
  writeFileSync(join(tree, 'empty'), '')
  mkdirSync(join(tree, 'below'))
  writeFileSync(join(tree, 'below', 'large'), Buffer.alloc(3_000_000, 'x'))
  symlinkSync(tree, join(tree, 'round and round'))
  symlinkSync('/nowhere', join(tree, 'dangling'))
  const { code, stdout, stderr } = await runExample(t, 'start.ts', tree)
  t.is(stderr, '')
  t.is(code, 0)
  t.regex(stdout, /handshake: the two ends' contracts are compatible/)
  t.regex(stdout, /serves demo\.Kitchen\.makeSandwich +Identical/)
  t.regex(stdout, /uses +demo\.Diner\.describeTable +Identical/)
  t.regex(stdout, /diner +-> makeSandwich on rye: here you are/)
  t.regex(stdout, /kitchen -> describeTable: 2 seats, in process \d+/)
  t.regex(stdout, /ticks: cancelled by the diner/)
  t.regex(stdout, /the diner said goodbye/)
  t.regex(stdout, /hashed +3 files \(1 of them empty\), 3 MB, 3 lines/)
  t.regex(stdout, /took +\d+\.\d\d s: [\d,.]+ MB\/s, [\d,]+ files\/s/)
  t.regex(stdout, /memory +at most [\d.]+ MB here, [\d.]+ MB in the child/)
  t.regex(stdout, /checked +1 files were hashed here as well: same digests/)
  t.regex(stdout, /left out +2 symbolic links/)

  t.notRegex(stdout, /[\x00-\x08\x0b-\x1f\x7f]/)
  await cleared()
})

test.serial('goes on past what it may not read, names it, and does not end with 0', async t => {
  const closed = join(tree, 'closed')
  mkdirSync(closed)
  writeFileSync(join(closed, 'secret'), 'nobody is to know')
  chmodSync(join(closed, 'secret'), 0)
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(closed, 'fifo')])
  const { code, stdout } = await runExample(t, 'start.ts', closed)
  if (process.platform !== 'win32') t.regex(stdout, /left out +1 named pipe/)
  if (isRoot || process.platform === 'win32') t.is(code, 0, 'an administrator may read everything')
  else {
    t.is(code, 1)
    t.regex(stdout, /could not be read: 1\n.*EACCES.*secret/)
  }
})

test.serial('refuses a directory that is none before it starts anything', async t => {
  const missing = await runExample(t, 'start.ts', join(tree, 'missing'))
  t.is(missing.code, 1)
  t.regex(missing.stderr, /no such file or directory/)
  t.is(missing.stdout, '')
  const file = await runExample(t, 'start.ts', join(tree, 'lines.txt'))
  t.is(file.code, 1)
  t.regex(file.stderr, /is no directory: name one/)
})

const worker = (): number | undefined =>
  place.running().find(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('hashing/worker.ts')
    } catch {
      return false
    }
  })

test.serial('says so, and ends with 1, when the child is killed in the midst of it', async t => {
  if (process.platform !== 'linux') return t.pass('reads /proc')
  const { ended } = startExample(t, 'start.ts')
  const pid = await until(worker, 'the worker')
  await pause(700)
  process.kill(pid, 'SIGKILL')
  const { code, stderr } = await ended
  t.is(code, 1)
  t.regex(stderr, /SIGKILL/)
  await cleared()
})

for (const part of [1, 2, 3, 4]) {
  test.serial(
    `leaves no process and no socket file when it is interrupted: at a moment of chance, ${part}`,
    async t => {
      const ms = Math.round(Math.random() * 900 * part)
      t.log(`after ${ms} ms`)
      const { ended, signalAll } = startExample(t, 'start.ts')
      await pause(ms)
      signalAll('SIGINT')
      const { code, signal } = await ended
      t.true(code === 130 || signal === 'SIGINT', `ended with ${code ?? signal}`)
      await cleared()
    },
  )
}

test.serial('stops in order when it is asked to end', async t => {
  const running = startExample(t, 'start.ts')
  await until(worker, 'the worker')
  process.kill(running.pid, 'SIGTERM')
  const { code, stdout, stderr } = await running.ended
  t.is(code, 143)
  t.is(stderr, '')
  t.regex(stdout, /stopped by SIGTERM\n$/)
  await cleared()
})

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { ConnectionKey } from '../../../src/transport/connection-key.js'
import { privatePrefix, socketName, sweepPrivatePlaces } from '../../../src/transport/node/private-places.js'
import { runFixture } from './fixtures/run-fixture.js'

const onLinux = process.platform === 'linux'

const place = mkdtempSync(join(tmpdir(), 'places-'))
test.after.always(() => rmSync(place, { recursive: true, force: true }))

let bases = 0

const freshBase = (): string => {
  const base = join(place, String(bases++))
  mkdirSync(base)
  return base
}

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid

/** A private directory as it is left behind by a process that was killed: its socket's file outlives the listener. */
const leftBy = async (prefix: string, base: string): Promise<string> => {
  const directory = mkdtempSync(join(base, prefix))
  const path = join(directory, socketName)
  // a listener that is closed removes its file: this one is moved away meanwhile, as a killed one would leave it
  const server = createServer().listen(path)
  await new Promise(resolve => server.once('listening', resolve))
  const kept = spawnSync('mv', [path, `${path}.kept`])
  if (kept.status !== 0) throw new Error('the file could not be moved')
  await new Promise(resolve => server.close(resolve))
  spawnSync('mv', [`${path}.kept`, path])
  return directory
}

test('what a listener that was killed has left is removed by the next one of its user, and what a live one has is not', async t => {
  const base = freshBase()
  const env = { XDG_RUNTIME_DIR: base }
  const [killed, living] = [runFixture('listener', ['stay'], env), runFixture('listener', ['stay'], env)]
  const directoryOf = async (running: typeof killed) => dirname(ConnectionKey.parse(await running.firstLine).path)
  const [theirs, alive] = [await directoryOf(killed), await directoryOf(living)]
  killed.child.kill('SIGKILL')
  await killed.exited
  t.true(existsSync(join(theirs, socketName)))
  const next = runFixture('listener', ['stay'], env)
  const own = await directoryOf(next)
  t.is(existsSync(theirs), !onLinux)
  t.true(existsSync(join(alive, socketName)))
  for (const running of [living, next]) running.child.kill('SIGTERM')
  await Promise.all([living.exited, next.exited])
  t.deepEqual([existsSync(alive), existsSync(own)], [false, false])
})

test('only directories that say of themselves that a dead process of this table of processes made them are removed', async t => {
  if (!onLinux) return t.is(privatePrefix(1), 'sluice-')
  const base = freshBase()
  const dead = deadPid()
  const stale = await leftBy(privatePrefix(dead), base)
  const empty = mkdtempSync(join(base, privatePrefix(dead)))
  const kept = [
    await leftBy(privatePrefix(), base),
    await leftBy(privatePrefix(1), base),
    // of another kernel, another start of it, or another container
    await leftBy(privatePrefix(dead).replace(/[0-9a-f]{16}/, '0123456789abcdef'), base),
    await leftBy('sluice-', base),
    await leftBy(`${privatePrefix(dead)}more-`, base),
  ]
  sweepPrivatePlaces(base)
  t.deepEqual([existsSync(stale), existsSync(empty)], [false, false])
  for (const directory of kept) t.true(existsSync(join(directory, socketName)), directory)
})

test('nothing is removed that is no private directory with a socket in it', async t => {
  if (!onLinux) return t.is(privatePrefix(1), 'sluice-')
  const base = freshBase()
  const prefix = privatePrefix(deadPid())
  const open = await leftBy(prefix, base)
  chmodSync(open, 0o755)
  const full = await leftBy(prefix, base)
  writeFileSync(join(full, 'diary'), 'precious')
  const other = mkdtempSync(join(base, prefix))
  writeFileSync(join(other, socketName), 'no socket')
  const target = freshBase()
  symlinkSync(target, join(base, `${prefix}linked`))
  writeFileSync(join(base, `${prefix}a_file`), 'precious')
  const before = readdirSync(base)
  sweepPrivatePlaces(base)
  t.deepEqual(readdirSync(base), before)
  t.true(existsSync(join(full, socketName)))
  t.true(existsSync(target))
})

test('a place that is not there has nothing to be removed', t => {
  t.notThrows(() => sweepPrivatePlaces(join(place, 'nowhere')))
})

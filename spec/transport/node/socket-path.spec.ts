import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { bind } from '../../../src/transport/node/bind.js'
import { dial } from '../../../src/transport/node/dial.js'
import { fittingSocketPath, longestSocketPath, privateSocketPath } from '../../../src/transport/node/socket-path.js'
import { joined, letGo, record, until, within } from '../conformance/rig.js'
import { runFixture } from './fixtures/run-fixture.js'

test.after.always(letGo)

const place = mkdtempSync(join(tmpdir(), 'path-spec-'))
test.after.always(() => rmSync(place, { recursive: true, force: true }))

const errorOf = async (doors: ReturnType<typeof record>): Promise<Error & { why?: string }> =>
  ((await within(doors.ended, 'the listener')) as { error: Error }).error

const doorAt = async (path: string) => {
  const doors = record(bind({ path }))
  return { doors, door: await until(() => doors.values[0], 'the door') }
}

const echoWorks = async (key: string): Promise<boolean> => {
  const client = record(dial(key))
  const pipe = await until(() => client.values[0], 'a pipe')
  const heard = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(42))
  await until(() => (joined(heard.values)[0] === 42 ? true : undefined), 'the echo')
  client.unsubscribe()
  return true
}

test('listens where it is told, for its user alone, and takes the file away', async t => {
  const path = join(place, 'told')
  const { doors, door } = await doorAt(path)
  t.is(door.key.path, path)
  t.is(statSync(path).mode & 0o777, 0o600)
  doors.unsubscribe()
  t.false(existsSync(path))
})

test('takes the place of a listener that was killed', async t => {
  const path = join(place, 'stale')
  const killed = runFixture('listener', ['stay', path])
  await killed.firstLine
  killed.child.kill('SIGKILL')
  await killed.exited
  t.true(statSync(path).isSocket())
  const { doors, door } = await doorAt(path)
  door.pipes$.subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
  t.true(await echoWorks(String(door.key)))
  doors.unsubscribe()
  t.deepEqual(
    readdirSync(place).filter(name => /^[0-9a-f]{8,}$|stale/.test(name)),
    [],
  )
})

test('never takes the place of a listener that lives', async t => {
  const path = join(place, 'live')
  const first = await doorAt(path)
  first.door.pipes$.subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
  const error = await errorOf(record(bind({ path })))
  t.is(error.why, 'refused')
  t.regex(error.message, /live is taken: another program listens there; choose another path/)
  t.true(await echoWorks(String(first.door.key)))
  first.doors.unsubscribe()
})

test('lets exactly one of many have the place of a killed listener', async t => {
  const path = join(place, 'race')
  const killed = runFixture('listener', ['stay', path])
  await killed.firstLine
  killed.child.kill('SIGKILL')
  await killed.exited
  const racers = Array.from({ length: 6 }, () => record(bind({ path })))
  await until(() => (racers.every(each => each.values.length === 1 || each.end()) ? true : undefined), 'the race')
  const winners = racers.filter(each => each.values.length === 1)
  t.is(winners.length, 1)
  winners[0]!.values[0]!.pipes$.subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
  t.true(await echoWorks(String(winners[0]!.values[0]!.key)))
  winners[0]!.unsubscribe()
})

test('does not touch a file that is no socket', async t => {
  const path = join(place, 'treasure')
  writeFileSync(path, 'precious')
  const error = await errorOf(record(bind({ path })))
  t.regex(error.message, /no socket/)
  t.true(existsSync(path))
})

test('says what is wrong when the directory is not there', async t => {
  const error = await errorOf(record(bind({ path: join(place, 'nowhere', 'pipe') })))
  t.is(error.why, 'refused')
  t.regex(error.message, /could not listen/)
})

test('replaces a name that is too long by a hash, the same each time', async t => {
  const long = join(place, `${'long'.repeat(40)}.sock`)
  const other = join(place, `${'long'.repeat(41)}.sock`)
  t.true(Buffer.byteLength(fittingSocketPath(long)) <= longestSocketPath)
  t.is(fittingSocketPath(long), fittingSocketPath(long))
  t.not(fittingSocketPath(long), fittingSocketPath(other))
  t.is(dirname(fittingSocketPath(long)), place)
  const { doors, door } = await doorAt(long)
  door.pipes$.subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
  t.true(await echoWorks(String(door.key)))
  doors.unsubscribe()
})

test('uses a path of exactly the limit, and not of one byte more', async t => {
  const path = join(place, 'x'.repeat(longestSocketPath - place.length - 1))
  t.is(path.length, longestSocketPath)
  t.is(fittingSocketPath(path), path)
  t.not(fittingSocketPath(`${path}y`), `${path}y`)
  const { doors, door } = await doorAt(path)
  t.is(door.key.path, path)
  door.pipes$.subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
  t.true(await echoWorks(String(door.key)))
  doors.unsubscribe()
})

test('refuses a directory that is too long and names the limit', t => {
  const error = t.throws(() => fittingSocketPath(join(place, 'd'.repeat(200), 's')))
  t.regex(error.message, new RegExp(`${longestSocketPath} bytes are the limit`))
})

test('makes its directory elsewhere when the first choice is too long or not there', t => {
  const deep = join(place, 'deep'.repeat(30))
  mkdirSync(deep)
  const { directory, path } = privateSocketPath([undefined, deep, '/no/such/place', place])
  t.is(dirname(directory), place)
  t.is(dirname(path), directory)
  t.throws(() => privateSocketPath([deep]), { message: /no directory for a socket/ })
})

import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { NEVER, of, tap, throwError, type Observable } from 'rxjs'
import {
  adopt,
  assertClosed,
  gone,
  hold,
  lives,
  makePlace,
  openResources,
  pause,
  scene,
  startProgram,
  until,
  type Program,
  type Teardown,
} from 'sluice/testing/node'
import { scriptArgs } from '../../helpers/script-args.js'

const talker = fileURLToPath(new URL('./fixtures/talker.ts', import.meta.url))

const talk = (t: Teardown, ...words: string[]): Program =>
  startProgram(t, process.execPath, scriptArgs(talker, ...words))

/** An answer while there is one to come. */
const eventually = (ask: () => boolean, what: string) => until(() => (ask() ? true : undefined), what)

test('a program is heard line by line, also what it said before anybody listened', async t => {
  const told = startProgram(t, process.execPath, scriptArgs(talker), {
    cwd: dirname(talker),
    env: { TOLD: 'a secret' },
  })
  const [, cwd = '', secret] = await told.line(/^in (.*) with (.*)$/)
  t.is(secret, 'a secret')
  t.is(basename(cwd), 'fixtures')
  const other = talk(t)
  await other.line(/^in /)
  const [, pid] = await other.line(/^hello from (\d+)$/)
  t.is(Number(pid), other.pid)
  await eventually(() => other.stderr().includes('a word aside'), 'stderr')
  other.forget()
  t.false(other.lines.some(line => line.startsWith('hello')))
})

test('a stopped program falls silent, and goes on where it was', async t => {
  if (process.platform === 'win32') return t.pass('has no such signals')
  const program = talk(t)
  await program.line(/^beat 2$/)
  program.stop()
  await pause(100)
  const { length } = program.lines
  await pause(150)
  t.is(program.lines.length, length)
  t.true(lives(program.pid))
  program.continue()
  await eventually(() => program.lines.length > length, 'the next beat')
})

test('a killed program is gone, and says so', async t => {
  const program = talk(t)
  await program.line(/^beat 1$/)
  t.true(lives(program.pid))
  t.false(await gone(program.pid, 50))
  program.kill()
  t.deepEqual(await program.exited, { code: null, signal: 'SIGKILL' })
  t.true(await gone(program.pid))
  t.false(lives(program.pid))
  program.kill()
})

test('a program that ends by itself says its code', async t => {
  t.deepEqual(await talk(t, 'ends', '7').exited, { code: 7, signal: null })
})

test('when the test is over a program is asked to end, and killed if it does not', async t => {
  let obeying = 0
  let deaf = 0
  const before = Date.now()
  await scene(async inner => {
    const program = talk(inner)
    await program.line(/^beat 1$/)
    obeying = program.pid
  })
  t.false(lives(obeying))
  await scene(async inner => {
    const args = scriptArgs(talker, 'deaf')
    const program = startProgram(inner, process.execPath, args, { grace: 100 })
    await program.line(/^beat 1$/)
    deaf = program.pid
  })
  t.true(await gone(deaf))
  t.true(Date.now() - before < 60_000)
})

test('a process that somebody else started is ended too, once it is adopted', async t => {
  let pid = 0
  await scene(async inner => {
    const [, child] = await talk(inner, 'child').line(/^child (\d+)$/)
    pid = Number(child)
    adopt(inner, pid)
    t.true(lives(pid))
  })
  t.true(await gone(pid))
})

test('a command that is not there is an error that names it', t => {
  t.throws(() => startProgram(t, join(tmpdir(), 'no-such-command')), {
    message: /no-such-command could not be started/,
  })
})

test('a line that does not come fails with what came instead', async t => {
  const program = talk(t, 'ends', '0')
  await t.throwsAsync(program.line(/^never$/), {
    message: /^a line like \^never\$: the program has ended without it, among \["hello from \d+",.* and a word aside/s,
  })
})

test('what is held is subscribed until the test is over', async t => {
  let open = false
  const source$: Observable<number> = NEVER.pipe(
    tap({ subscribe: () => (open = true), unsubscribe: () => (open = false) }),
  )
  await scene(async inner => {
    t.is(await hold(inner, of(7)), 7)
    hold(inner, source$).catch(() => undefined)
    t.true(open)
    await t.throwsAsync(
      hold(
        inner,
        throwError(() => new Error('no')),
      ),
      { message: 'no' },
    )
  })
  t.false(open)
})

test('a scene undoes what it has done in reverse order, also when it fails', async t => {
  const undone: number[] = []
  await t.throwsAsync(
    scene(async inner => {
      inner.teardown(() => void undone.push(1))
      inner.teardown(async () => {
        await pause(5)
        undone.push(2)
      })
      throw new Error('in the middle')
    }),
    { message: 'in the middle' },
  )
  t.deepEqual(undone, [2, 1])
})

test.serial('what is opened and not closed is named', async t => {
  const before = openResources()
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  await t.throwsAsync(assertClosed(before, 30), {
    message: /^still open: 1 TCPServerWrap: close what the test has opened$/,
  })
  setTimeout(() => server.close(), 20)
  await t.notThrowsAsync(assertClosed(before))
})

test.serial('a file, or a process that outlives the test, is named, ended and removed', async t => {
  const place = makePlace()
  const [, child] = await talk(t, 'child').line(/^child (\d+)$/)
  const pid = Number(child)
  await talk(t, 'file', 'sluice-left-over')
    .line(/^beat 1$/)
    .then(() => undefined)
  t.deepEqual(place.left(), ['sluice-left-over'])
  if (process.platform === 'linux') t.true(place.running().includes(pid))
  const error = await t.throwsAsync(place.assertNothingLeft())
  t.regex(error.message, /files are left: sluice-left-over: find out who/)
  if (process.platform === 'linux') {
    t.regex(error.message, new RegExp(`processes are left: .*${pid}`))
    t.true(await gone(pid))
  } else adopt(t, pid)
  t.false(existsSync(place.path))
})

test.serial('a place that is clear is removed, and nothing is complained of', async t => {
  const place = makePlace()
  t.true(existsSync(place.path))
  t.is(process.env.XDG_RUNTIME_DIR, place.path)
  await t.notThrowsAsync(place.assertNothingLeft())
  t.false(existsSync(place.path))
})

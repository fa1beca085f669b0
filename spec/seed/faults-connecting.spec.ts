import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import * as io from 'io-ts'
import { firstValueFrom, merge, mergeMap, NEVER, ReplaySubject, share, switchMap, tap } from 'rxjs'
import { contract, disconnected, peer, request, serve, type Status } from 'sluice'
import { bind, ConnectionKey, dial, spawn } from 'sluice/node'
import { allowed } from '../helpers/allowed.js'
import { errorOf, startProgram, valueOf } from '../end-to-end/fixtures/start-program.js'
import { hold, ownPlace, type Teardown, until, within } from '../helpers/processes.js'
import { fixtureArgs } from '../transport/node/fixtures/run-fixture.js'

const place = ownPlace(test)

const Kitchen = contract('seed.Kitchen', { echo: request(io.string, io.string), never: request(io.void, io.void) })

/** A server in this program. */
const listening = async (t: Teardown, options: { readonly handshakeTimeout?: number } = {}) => {
  const key = new ReplaySubject<ConnectionKey>(1)
  const ends: Extract<Status, { _tag: 'Disconnected' }>[] = []
  const met: unknown[] = []
  const refused: { readonly _tag?: string; readonly why?: string }[] = []
  const server = bind()
    .pipe(
      tap(door => key.next(door.key)),
      switchMap(door => door.pipes$),
      peer({ serves: Kitchen, uses: Kitchen, refused: error => void refused.push(error as object), ...options }),
      tap(client => void met.push(client)),
      mergeMap(client =>
        merge(
          serve(client, { echo: words => words, never: () => NEVER }),
          disconnected(client).pipe(tap(end => void ends.push(end))),
        ),
      ),
    )
    .subscribe()
  t.teardown(() => server.unsubscribe())
  return { key: await within(firstValueFrom(key), 'the key'), met, ends, refused }
}

const client = (t: Teardown, key: ConnectionKey | string) =>
  hold(t, dial(key).pipe(peer({ serves: Kitchen, uses: Kitchen })))

const script = (text: string) => ['-e', text]

test.serial('a client that never connected hung the set-up for ever: it fails in time', async t => {
  const begun = Date.now()
  const sleeper = spawn(process.execPath, {
    args: script('setInterval(() => {}, 1000)'),
    connectWithin: 200,
    grace: 100,
  })
  t.is((await errorOf(hold(t, sleeper))).why, 'refused')
  const leaver = spawn(process.execPath, { args: script(''), stderr: 'ignore' })
  t.is((await errorOf(hold(t, leaver))).why, 'exited')
  t.true(Date.now() - begun < allowed(3_000))
})

test.serial(
  'a client that connected and stayed silent hung the set-up for ever: it is refused, and keeps nobody waiting',
  async t => {
    const { key, refused } = await listening(t, { handshakeTimeout: 1_500 })
    const silent = connect(key.path)
    t.teardown(() => void silent.destroy())
    silent.on('error', () => undefined)
    const far = await client(t, key)
    t.is(await valueOf(far.remote.echo('me first')), 'me first')
    await until(() => refused[0], 'the refusal')
    t.deepEqual([refused[0]?._tag, refused[0]?.why], ['Refused', 'late'])
  },
)

test.serial('each attempt left a socket directory and a thread blocked in accept: nothing is left of any', async t => {
  for (let i = 0; i < 10; i += 1) await errorOf(hold(t, spawn('/no/such/program')))
  await errorOf(hold(t, spawn(process.execPath, { args: script('process.exit(1)'), stderr: 'ignore' })))
  for (let i = 0; i < 10; i += 1) bind().subscribe().unsubscribe()
  t.deepEqual(place.left(), [])
  t.deepEqual(
    process.getActiveResourcesInfo().filter(name => name.includes('Server')),
    [],
  )
})

test.serial(
  'a bad first message was a panic inside the library: the client is refused, and the server goes on',
  async t => {
    const { key, refused } = await listening(t)
    // a whole frame that holds nothing but nonsense
    const bad = connect(key.path, () => bad.write(Uint8Array.of(4, 0xff, 0xff, 0xff, 0xff)))
    bad.on('error', () => undefined)
    t.teardown(() => void bad.destroy())
    await until(() => refused[0], 'the refusal')
    t.is(refused[0]?._tag, 'ProtocolViolation')
    const far = await client(t, key)
    t.is(await valueOf(far.remote.echo('as if nothing had happened')), 'as if nothing had happened')
  },
)

test.serial(
  'a frame of 40 bytes that claimed 1 TiB aborted the process: the claim is refused, and nothing is allocated for it',
  async t => {
    const { key, refused } = await listening(t)
    const before = process.memoryUsage().rss
    const bytes = new Uint8Array(40)
    bytes.set([0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
    const bad = connect(key.path, () => bad.write(bytes))
    bad.on('error', () => undefined)
    t.teardown(() => void bad.destroy())
    await until(() => refused[0], 'the refusal')
    t.is(refused[0]?._tag, 'ProtocolViolation')
    t.true(process.memoryUsage().rss - before < 64 * 1024 * 1024)
  },
)

test.serial('a client that was aborted passed for a clean disconnect: it is an error', async t => {
  const { key, met, ends } = await listening(t)
  const program = startProgram(t, 'client', String(key))
  // what the client says is not enough: one that dies before the server knows was never there
  await until(() => met[0], 'the client')
  program.signal('SIGKILL')
  const end = await until(() => ends[0], 'the end')
  t.is((end.error as { _tag: string })._tag, 'PipeError')
})

test.serial('the two sides reported different errors for one disconnect: both say that the pipe broke', async t => {
  const { key, ends } = await listening(t)
  const through = createServer(near => {
    const far = connect(key.path)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    cut.push(() => [near, far].forEach(socket => socket.destroy()))
  })
  const cut: Array<() => void> = []
  const path = join(place.path, 'between')
  await new Promise<void>(resolve => through.listen(path, resolve))
  t.teardown(() => void through.close())
  const far = await client(t, ConnectionKey.of({ scheme: 'unix', path }, key.secret))
  const call = errorOf(far.remote.never())
  const ours = firstValueFrom(disconnected(far))
  await valueOf(far.remote.echo('through'))
  cut.forEach(work => work())
  const theirs = await until(() => ends[0], 'the end at the server')
  const tag = (end: { readonly error?: unknown }) => (end.error as { _tag: string })._tag
  t.deepEqual([tag(await ours), tag(theirs)], ['PipeError', 'PipeError'])
  t.is((await call)._tag, 'Disconnected')
})

test.serial('dropping a clone of the server handle hung up the connection: others who hold it keep it', async t => {
  const { key } = await listening(t)
  const far$ = dial(key).pipe(peer({ uses: Kitchen }), share({ connector: () => new ReplaySubject(1) }))
  const far = await hold(t, far$)
  const clone = await firstValueFrom(far$)
  t.is(clone, far)
  const watching = far.status$.subscribe()
  watching.unsubscribe()
  t.is(await valueOf(far.remote.echo('still on the line')), 'still on the line')
})

test.serial(
  'dropping the server killed its child at once, and 100 ms of clean-up were never finished: they are',
  async t => {
    const file = join(place.path, 'clean')
    const greeting = new ReplaySubject<Uint8Array>(1)
    const child = spawn(process.execPath, { args: fixtureArgs('child', 'cleans up for 100 ms', file) }).subscribe(
      pipe => pipe.incoming.subscribe({ next: bytes => greeting.next(bytes), error: () => undefined }),
    )
    await within(firstValueFrom(greeting), 'the greeting')
    child.unsubscribe()
    await until(() => (existsSync(file) ? true : undefined), 'the clean-up')
    t.pass()
  },
)

test.serial(
  'a second client got a bare ENOENT: it is served, and where it is one too many the error says what to do',
  async t => {
    const { key } = await listening(t)
    const both = [await client(t, key), await client(t, key)]
    t.deepEqual(await Promise.all(both.map((far, i) => valueOf(far.remote.echo(String(i))))), ['0', '1'])
    const only = await hold(t, bind({ clients: 1 }))
    await hold(t, dial(only.key))
    await hold(t, only.pipes$)
    const error = await errorOf(hold(t, dial(only.key)))
    t.deepEqual([error._tag, error.why], ['PipeError', 'refused'])
    t.regex(error.message, /nobody listens at .*: start the server first, or take its newest key/)
  },
)

test.serial(
  'the descriptor of a connection was inherited by unrelated children: neither it nor the key is',
  async t => {
    const { key } = await listening(t)
    await client(t, key)
    const unrelated = `
    const fs = require('node:fs')
    const list = fs.existsSync('/proc/self/fd')
      ? fs.readdirSync('/proc/self/fd').filter(fd => fd > 2).map(fd => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })
      : []
    console.log(JSON.stringify({ sockets: list.filter(to => to.startsWith('socket:')), key: process.env.SLUICE_KEY ?? null }))`
    const said = JSON.parse(execFileSync(process.execPath, script(unrelated), { encoding: 'utf8' })) as object
    t.deepEqual(said, { sockets: [], key: null })
  },
)

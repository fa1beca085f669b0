import { mkdtempSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import * as io from 'io-ts'
import {
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  ReplaySubject,
  switchMap,
  take,
  tap,
  toArray,
} from 'rxjs'
import { contract, memoryPipes, peer, request, serve, type Peer } from 'sluice'
import { bind, ConnectionKey, dial, spawn } from 'sluice/node'
import { childProgram, converse, errorOf, valueOf } from '../end-to-end/fixtures/start-program.js'
import { adopt, gone, hold, ownPlace, type Teardown, until, within } from '../helpers/processes.js'

const place = ownPlace(test)

const Kitchen = contract('seed.Kitchen', { echo: request(io.string, io.string) })

/** A server in this program, and its key. */
const listening = async (t: Teardown, options = {}): Promise<ConnectionKey> => {
  const key = new ReplaySubject<ConnectionKey>(1)
  const server = bind(options)
    .pipe(
      tap(door => key.next(door.key)),
      switchMap(door => door.pipes$),
      peer({ serves: Kitchen }),
      mergeMap(client => serve(client, { echo: words => words })),
    )
    .subscribe()
  t.teardown(() => server.unsubscribe())
  return within(firstValueFrom(key), 'the key')
}

test.serial(
  '`IpcRpc::build().env().envs().current_dir().finish(...)`, kill on drop: spawn() takes arguments, environment and directory, and ends the child',
  async t => {
    const cwd = realpathSync(mkdtempSync(join(place.path, 'seed-')))
    const script = `
    const path = decodeURIComponent(new URL(process.env.SLUICE_KEY).pathname)
    const words = [process.argv.slice(1).join('+'), process.env.BREAD, process.env.HOME ?? 'no home', process.cwd()]
    require('net').connect(path, function () { this.write(words.join('\\n')) }).resume()
    setInterval(() => {}, 1000)`
    const said: string[] = []
    const child = spawn(process.execPath, {
      args: ['-e', script, 'two', 'slices'],
      env: { BREAD: 'rye', HOME: undefined },
      cwd,
      grace: 200,
    }).subscribe(pipe =>
      pipe.incoming.subscribe({ next: bytes => said.push(new TextDecoder().decode(bytes)), error: () => undefined }),
    )
    await until(() => (said.length > 0 ? true : undefined), 'the words of the child')
    t.deepEqual(said.join('').split('\n'), ['two+slices', 'rye', 'no home', cwd])
    const [pid, ...others] = place.running()
    if (process.platform === 'linux') t.deepEqual(others, [])
    child.unsubscribe()
    if (pid !== undefined) t.true(await gone(pid))
  },
)

test.serial(
  '`IpcRpcServer::initialize_server`, `ConnectionKey`: bind() listens and makes a key, which travels as text',
  async t => {
    const key = await listening(t)
    const text = String(key)
    t.regex(text, /^(unix|npipe):\/\/.*[?&]secret=/)
    t.is(String(ConnectionKey.parse(text)), text)
    const far = await hold(t, dial(text).pipe(peer({ uses: Kitchen })))
    t.is(await valueOf(far.remote.echo('hello')), 'hello')
  },
)

test.serial(
  '`IpcRpcClient::initialize_client(key, handler)`: dial(key) and peer() connect, call, and are called',
  async t => {
    const far$ = new ReplaySubject<Peer<typeof Kitchen, typeof Kitchen>>(1)
    const key = new ReplaySubject<ConnectionKey>(1)
    const server = bind()
      .pipe(
        tap(door => key.next(door.key)),
        switchMap(door => door.pipes$),
        peer({ serves: Kitchen, uses: Kitchen }),
        tap(client => far$.next(client)),
        mergeMap(client => serve(client, { echo: words => `server: ${words}` })),
      )
      .subscribe()
    t.teardown(() => server.unsubscribe())
    const client = await hold(
      t,
      dial(await firstValueFrom(key)).pipe(
        peer({ serves: Kitchen, uses: Kitchen }),
        mergeMap(far => merge(serve(far, { echo: words => `client: ${words}` }).pipe(ignoreElements()), of(far))),
      ),
    )
    t.is(await valueOf(client.remote.echo('a')), 'server: a')
    t.is(await valueOf((await firstValueFrom(far$)).remote.echo('b')), 'client: b')
  },
)

test.serial('one client per server: a server has as many as come', async t => {
  const key = await listening(t)
  const clients = await Promise.all(Array.from({ length: 10 }, () => hold(t, dial(key).pipe(peer({ uses: Kitchen })))))
  const answers = await valueOf(merge(...clients.map(({ remote }, i) => remote.echo(String(i)))).pipe(toArray()))
  t.deepEqual(answers.sort(), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
})

test.serial('one-shot server: bind({ clients: 1 }) lets one client in, and leaves no place for another', async t => {
  const key = await listening(t, { clients: 1 })
  const far = await hold(t, dial(key).pipe(peer({ uses: Kitchen })))
  t.is(await valueOf(far.remote.echo('first')), 'first')
  t.deepEqual(place.left(), [])
  t.is((await errorOf(hold(t, dial(key)))).why, 'refused')
})

test.serial('in-process mode: memoryPipes() connects two parts of one program', async t => {
  const { dial, pipes$ } = memoryPipes()
  const server = pipes$
    .pipe(
      peer({ serves: Kitchen }),
      mergeMap(client => serve(client, { echo: words => words })),
    )
    .subscribe()
  t.teardown(() => server.unsubscribe())
  const far = await hold(t, dial.pipe(peer({ uses: Kitchen })))
  t.is(await valueOf(far.remote.echo('near')), 'near')
})

test.serial(
  'Windows, macOS, Linux, BSDs: bind() picks what the platform has, and loopback TCP is everywhere',
  async t => {
    const native = await listening(t)
    t.is(native.scheme, process.platform === 'win32' ? 'npipe' : 'unix')
    const tcp = await listening(t, { tcp: {} })
    t.is(tcp.scheme, 'tcp')
    t.is(tcp.host, '127.0.0.1')
    for (const key of [native, tcp]) {
      const far = await hold(t, dial(key).pipe(peer({ uses: Kitchen })))
      t.is(await valueOf(far.remote.echo(key.scheme)), key.scheme)
    }
    t.is(ConnectionKey.of({ scheme: 'npipe', path: 'kitchen' }, new Uint8Array(16)).url, 'npipe://./pipe/kitchen')
  },
)

test.serial("the seed's own example: a server starts its client, and both ask", async t => {
  const { far, log } = await converse(t, childProgram())
  adopt(t, Number(await valueOf(far.remote.ask('pid'))))
  t.is(await valueOf(far.remote.ask('echo what would you like?')), 'what would you like?')
  far.remote.note('call back').subscribe()
  await until(() => (log.includes('request open') ? true : undefined), 'the question of the child')
  t.deepEqual(
    await valueOf(
      far.remote.count({ upTo: 3, everyMs: 0 }).pipe(
        take(3),
        map(n => n + 1),
        toArray(),
      ),
    ),
    [1, 2, 3],
  )
})

import { request } from 'node:http'
import test from 'ava'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import type { Pipe } from '../../../src/pipe/pipe.js'
import { bind } from '../../../src/transport/node/bind.js'
import { dial } from '../../../src/transport/node/dial.js'
import type { WebSocketPlace } from '../../../src/transport/node/place.js'
import { ConnectionKey } from '../../../src/transport/connection-key.js'
import { joined, letGo, pause, record, until, within } from '../conformance/rig.js'

test.after.always(letGo)

const open = async (ws: WebSocketPlace = {}, options = {}) => {
  const doors = record(bind({ ws, ...options }))
  const door = await until(() => doors.values[0], 'the door')
  return { door, doors, pipes: record(door.pipes$) }
}

const bare = (url: string, options: ClientOptions = {}) => {
  const ws = new WebSocket(url, options)
  const end = new Promise<string>(resolve => {
    ws.on('error', error => resolve(error.message))
    ws.on('open', () => resolve('open'))
  })
  return { ws, end, closed: new Promise<number>(resolve => ws.on('close', resolve)) }
}

const failure = async (notes: { readonly ended: Promise<unknown> }): Promise<{ why: string; message: string }> =>
  ((await within(notes.ended, 'the end')) as { error: { why: string; message: string } }).error

test('has a key of scheme ws, and never sends its secret', async t => {
  const { door, doors } = await open({ path: '/kitchen?room=1' })
  t.regex(String(door.key), /^ws:\/\/127\.0\.0\.1:\d+\/kitchen\?room=1&secret=[\w-]{43}$/)
  t.regex(door.key.url, /\/kitchen\?room=1$/)
  const dialler = record(dial(String(door.key)))
  const pipe = await until(() => dialler.values[0], 'the pipe')
  t.deepEqual(pipe.secret, door.key.secret)
  dialler.unsubscribe()
  doors.unsubscribe()
})

test('lets no page in but those of the origins that it is told', async t => {
  const { door, doors } = await open({ origins: ['http://localhost:5173'] })
  t.is(await bare(door.key.url, { origin: 'http://evil.example' }).end, 'Unexpected server response: 403')
  t.is(await bare(door.key.url, { origin: 'null' }).end, 'Unexpected server response: 403')
  const good = bare(door.key.url, { origin: 'http://localhost:5173' })
  t.is(await good.end, 'open')
  const program = bare(door.key.url)
  t.is(await program.end, 'open')
  good.ws.terminate()
  program.ws.terminate()
  doors.unsubscribe()
})

test('lets no page in at all unless told', async t => {
  const { door, doors, pipes } = await open()
  t.is(await bare(door.key.url, { origin: 'http://127.0.0.1' }).end, 'Unexpected server response: 403')
  t.is(pipes.values.length, 0)
  doors.unsubscribe()
})

test('turns away who comes by another path, and who asks for a page', async t => {
  const { door, doors } = await open({ path: '/kitchen' })
  const wrong = ConnectionKey.of(
    { scheme: 'ws', host: door.key.host, port: door.key.port!, path: '/cellar' },
    door.key.secret,
  )
  const error = await failure(record(dial(wrong)))
  t.is(error.why, 'refused')
  t.regex(error.message, /404.*see that its server runs, and that path and origin suit it/)
  const status = await new Promise(resolve => {
    request({ host: door.key.host, port: door.key.port, path: '/kitchen' }, response => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
  t.is(status, 426)
  doors.unsubscribe()
})

test('cuts off a client that sends a longer message than allowed, and no other', async t => {
  const { door, doors, pipes } = await open({ messageBytes: 1_000 })
  const rude = bare(door.key.url)
  await rude.end
  const pipe = await until(() => pipes.values[0], 'the pipe')
  const heard = record(pipe.incoming)
  const polite = record(dial(door.key))
  await until(() => polite.values[0], 'another')
  rude.ws.send(new Uint8Array(1_001))
  t.is((await failure(heard)).why, 'reset')
  t.is(await rude.closed, 1009)
  t.is(polite.end(), undefined)
  polite.unsubscribe()
  doors.unsubscribe()
})

test('cuts off a client that sends text', async t => {
  const { door, doors, pipes } = await open()
  const rude = bare(door.key.url)
  await rude.end
  const pipe = await until(() => pipes.values[0], 'the pipe')
  const heard = record(pipe.incoming)
  rude.ws.send('hello')
  const error = await failure(heard)
  t.is(error.why, 'reset')
  t.regex(error.message, /binary messages/)
  t.is(await rude.closed, 1003)
  doors.unsubscribe()
})

test('sends what is longer than 1 MiB as several messages', async t => {
  const { door, doors, pipes } = await open()
  const client = bare(door.key.url)
  const lengths: number[] = []
  client.ws.on('message', (data: Buffer) => lengths.push(data.length))
  await client.end
  const pipe = await until(() => pipes.values[0], 'the pipe')
  pipe.outgoing.next(new Uint8Array(2_500_000))
  pipe.outgoing.complete()
  await until(() => (lengths.at(-1) === 0 ? true : undefined), 'the end')
  t.deepEqual(lengths, [1_048_576, 1_048_576, 402_848, 0])
  client.ws.terminate()
  doors.unsubscribe()
})

test('knows of a page that is left that nobody comes back, and takes a broken connection for a break', async t => {
  const { door, doors, pipes } = await open()
  const left = bare(door.key.url)
  await left.end
  const first = await until<Pipe>(() => pipes.values[0], 'the first')
  const heard = record(first.incoming)
  left.ws.close(1001)
  t.is((await failure(heard)).why, 'exited')
  const cut = bare(door.key.url)
  await cut.end
  const second = await until<Pipe>(() => pipes.values[1], 'the second')
  const reader = record(second.incoming)
  cut.ws.terminate()
  t.is((await failure(reader)).why, 'reset')
  doors.unsubscribe()
})

test('takes a server that goes away for an end: it may come back', async t => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', socket => socket.close(1001))
  const { port } = await until(
    () => (server.address() as { readonly port: number } | undefined) ?? undefined,
    'the server',
  )
  const dialler = record(dial(ConnectionKey.of({ scheme: 'ws', host: '127.0.0.1', port }, new Uint8Array(32))))
  const pipe = await until(() => dialler.values[0], 'the pipe')
  t.deepEqual(await within(record(pipe.incoming).ended, 'its end'), { complete: true })
  dialler.unsubscribe()
  server.close()
})

test('stays cold: a client fills only so much before the first subscription', async t => {
  const { door, doors, pipes } = await open()
  const client = bare(door.key.url)
  await client.end
  const pipe = await until(() => pipes.values[0], 'the pipe')
  const sent = 300
  for (let i = 0; i < sent; i += 1) client.ws.send(new Uint8Array(65_536))
  let before = -1
  while (before !== client.ws.bufferedAmount) {
    before = client.ws.bufferedAmount
    await pause(150)
  }
  t.true(before > 1_000_000, 'the kernel and one message at most have the rest')
  const heard = record(pipe.incoming)
  await until(() => (joined(heard.values).length === sent * 65_536 ? true : undefined), 'all of it')
  client.ws.terminate()
  doors.unsubscribe()
})

test('lets one client in with { clients: 1 } and completes after it', async t => {
  const { door, doors, pipes } = await open({}, { clients: 1 })
  const first = record(dial(door.key))
  const dialled = await until(() => first.values[0], 'the first')
  const accepted = await until(() => pipes.values[0], 'its other end')
  t.is((await failure(record(dial(door.key)))).why, 'refused')
  record(dialled.incoming)
  record(accepted.incoming)
  dialled.outgoing.complete()
  accepted.outgoing.complete()
  t.deepEqual(await within(first.ended, 'the dialler'), { complete: true })
  t.deepEqual(await within(doors.ended, 'the listener'), { complete: true })
})

test('listens on loopback only', async t => {
  t.is((await failure(record(bind({ ws: { host: '0.0.0.0' } })))).why, 'refused')
})

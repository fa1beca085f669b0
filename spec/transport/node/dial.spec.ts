import { createServer, type Server, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { of } from 'rxjs'
import { allowed } from '../../helpers/allowed.js'
import type { Pipe } from '../../../src/pipe/pipe.js'
import { ConnectionKey } from '../../../src/transport/connection-key.js'
import { dial } from '../../../src/transport/node/dial.js'
import { joined, letGo, pause, record, until, within } from '../conformance/rig.js'
import { runFixture } from './fixtures/run-fixture.js'

test.after.always(letGo)

const place = mkdtempSync(join(tmpdir(), 'dial-spec-'))
test.after.always(() => rmSync(place, { recursive: true, force: true }))

const secret = new Uint8Array(32)
const keyAt = (path: string) => ConnectionKey.of({ scheme: 'unix', path }, secret)
const failure = async (notes: ReturnType<typeof record>): Promise<Error & { why?: string }> =>
  ((await within(notes.ended, 'the end')) as { error: Error }).error

let count = 0
const rawServer = async (
  serve: (socket: Socket) => void,
  pauseOnConnect = false,
): Promise<{ server: Server; key: ConnectionKey }> => {
  count += 1
  const path = join(place, `raw-${count}`)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect }, serve)
  await new Promise<void>(resolve => server.listen(path, resolve))
  return { server, key: keyAt(path) }
}

test('is refused where nobody listens, and says what to do', async t => {
  const error = await failure(record(dial(keyAt(join(place, 'nobody')))))
  t.is(error.why, 'refused')
  t.regex(error.message, /nobody listens at unix:.*nobody: start the server first/)
  t.notRegex(error.message, /secret/)
})

test('is refused on TCP where nobody listens', async t => {
  const { key, server } = await rawServer(() => undefined)
  server.close()
  const tcp = ConnectionKey.of({ scheme: 'tcp', host: '127.0.0.1', port: 1 }, key.secret)
  t.is((await failure(record(dial(tcp)))).why, 'refused')
})

test('fails with InvalidKey when the text is no key, not before it is subscribed to', async t => {
  const dialler = dial('kitchen')
  t.is((await failure(record(dialler))).name, 'InvalidKey')
})

test('names the option that adds a transport for an unknown scheme', async t => {
  const key = ConnectionKey.of({ scheme: 'vsock', path: '3:7' }, secret)
  const error = await failure(record(dial(key)))
  t.is(error.why, 'refused')
  t.regex(error.message, /no transport for vsock: give one, as \{ schemes: \{ vsock: key => \.\.\. \} \}/)
})

test('takes the transport that it is given for a scheme', async t => {
  const key = ConnectionKey.of({ scheme: 'vsock', path: '3:7' }, secret)
  const pipe = { end: 'dialled' } as Pipe
  const notes = record(dial(key, { schemes: { vsock: given => (given === key ? of(pipe) : of()) } }))
  t.deepEqual(notes.values, [pipe])
})

test('writes in the same tick, without a copy between', async t => {
  const chunks: Buffer[] = []
  const { server, key } = await rawServer(socket => void socket.on('data', chunk => chunks.push(chunk)))
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  t.true(pipe.merges) // so that short writes are no burden to their reader
  const bytes = new Uint8Array(8).fill(1)
  pipe.outgoing.next(bytes)
  bytes.fill(2) // the kernel has them already
  await until(() => (joined(chunks).length === 8 ? true : undefined), 'the bytes')
  t.deepEqual([...joined(chunks)], Array<number>(8).fill(1))
  notes.unsubscribe()
  server.close()
})

test('stays cold: nothing is read from the platform before the first subscription', async t => {
  let taken = 0
  const { server, key } = await rawServer(socket => {
    const push = (): void => {
      while (socket.write(Buffer.alloc(65_536))) taken += 65_536
      socket.once('drain', push)
    }
    push()
    socket.on('error', () => undefined)
  })
  const notes = record(dial(key))
  await until(() => notes.values[0], 'the pipe')
  await pause(100)
  const settled = taken
  await pause(100)
  t.is(taken, settled)
  t.true(taken < 4 * 1024 * 1024, `${taken} bytes taken`)
  notes.unsubscribe()
  server.close()
})

test('completes incoming at a plain end-of-file, and goes on writing', async t => {
  const heard: Buffer[] = []
  const { server, key } = await rawServer(socket => {
    socket.end('bye')
    socket.on('data', chunk => heard.push(chunk))
  })
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  const reader = record(pipe.incoming)
  t.deepEqual(await within(reader.ended, 'the reader'), { complete: true })
  t.is(notes.end(), undefined)
  pipe.outgoing.next(Uint8Array.of(1, 2))
  pipe.outgoing.complete()
  t.deepEqual(await within(notes.ended, 'the dialler'), { complete: true })
  await until(() => (joined(heard).length === 2 ? true : undefined), 'what we said')
  t.deepEqual([...joined(heard)], [1, 2])
  server.close()
})

test('reads the last words of a far end that has gone, although writing to it fails', async t => {
  const { server, key } = await rawServer(socket => {
    socket.write(Buffer.alloc(100_000, 7), () => socket.destroy())
  })
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  await pause(30)
  for (let i = 0; i < 3; i += 1) {
    pipe.outgoing.next(new Uint8Array(1_000))
    await pause(5)
  }
  const reader = record(pipe.incoming)
  const end = (await within(reader.ended, 'the reader')) as { error: { why: string; message: string } }
  t.is(joined(reader.values).length, 100_000)
  t.is(end.error.why, 'reset')
  t.regex(end.error.message, /EPIPE.*dial again/)
  t.is((await failure(notes)).why, 'reset')
  server.close()
})

test('fails within a second when the far end has gone and nobody reads', async t => {
  const { server, key } = await rawServer(socket => void socket.write('unread', () => socket.destroy()))
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  await pause(30)
  pipe.outgoing.next(new Uint8Array(10))
  const begun = Date.now()
  t.is((await failure(notes)).why, 'reset')
  t.true(Date.now() - begun < allowed(1_200))
  server.close()
})

test('fails with reset when the far end drops what we said', async t => {
  const { server, key } = await rawServer(socket => void setTimeout(() => socket.destroy(), 30), true)
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  const reader = record(pipe.incoming)
  pipe.outgoing.next(new Uint8Array(1_000))
  const end = (await within(reader.ended, 'the reader')) as { error: { why: string } }
  t.is(end.error.why, 'reset')
  t.is((await failure(notes)).why, 'reset')
  server.close()
})

test('sees the end of a process that was killed within a second', async t => {
  const far = runFixture('listener', ['stay'])
  const key = await far.firstLine
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  const reader = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(1))
  await until(() => reader.values[0], 'the echo')
  const begun = Date.now()
  far.child.kill('SIGKILL')
  await within(reader.ended, 'the reader')
  t.true(Date.now() - begun < allowed(1_000))
  notes.unsubscribe()
  await far.exited
  rmSync(join(ConnectionKey.parse(key).path, '..'), { recursive: true })
})

test('lets the far end finish in order when it hangs up unread', async t => {
  const closed = new Promise<boolean>(resolve => {
    void rawServer(socket => {
      socket.write(new Uint8Array(500_000))
      socket.resume().on('end', () => socket.end())
      socket.on('error', () => undefined)
      socket.on('close', resolve)
    }).then(async ({ server, key }) => {
      const notes = record(dial(key, { closeWithin: 60_000 }))
      await until(() => notes.values[0], 'the pipe')
      await pause(20)
      notes.unsubscribe()
      server.close()
    })
  })
  t.is(await within(closed, 'the far end'), false, 'closed without an error')
})

test('sees the end of a far end that is not read any more', async t => {
  const { server, key } = await rawServer(socket => {
    socket.write('first')
    setTimeout(() => socket.end(new Uint8Array(500_000)), 50)
    socket.resume()
  })
  const notes = record(dial(key))
  const pipe = await until(() => notes.values[0], 'the pipe')
  const reader = record(pipe.incoming)
  await until(() => reader.values[0], 'the first words')
  reader.unsubscribe()
  pipe.outgoing.complete()
  t.deepEqual(await within(notes.ended, 'the dialler'), { complete: true })
  server.close()
})

test('does not connect when unsubscribed at once', async t => {
  let clients = 0
  const { server, key } = await rawServer(socket => {
    clients += 1
    socket.resume().on('end', () => socket.end())
  })
  dial(key).subscribe().unsubscribe()
  await pause(50)
  t.true(clients <= 1)
  server.close()
  await new Promise(resolve => server.on('close', resolve)) // only if the client has gone
})

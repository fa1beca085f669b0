import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import * as io from 'io-ts'
import { firstValueFrom, map, tap } from 'rxjs'
import { contract, event, int32, peer, request, stream, type Transport } from 'sluice'
import { ConnectionKey, dial } from 'sluice/node'
import { allowed } from '../helpers/allowed.js'
import { hold, ownPlace, start, type Teardown, within } from '../helpers/processes.js'
import { Kitchen, OutOfBread } from './fixtures/kitchen.js'
import { converse, errorOf, sharedServer, startServer, valueOf } from './fixtures/start-program.js'

ownPlace(test)
// with the usual time for a handshake: on a busy machine a client that does speak may take long
const shared = sharedServer(test)

const intruder = (t: Teardown, ...words: string[]) =>
  start(t, fileURLToPath(new URL('./fixtures/intruder.ts', import.meta.url)), ...words)

/** A server that is no sluice peer. */
const badServer = async (t: Teardown, what: string) => {
  const program = intruder(t, 'server', what)
  const [, key = ''] = await program.line(/^key (.*)$/)
  return { program, key }
}

/** Notes all bytes that come in. */
const tapped = (heard: Uint8Array[], dial$: Transport): Transport =>
  dial$.pipe(map(pipe => ({ ...pipe, incoming: pipe.incoming.pipe(tap(bytes => void heard.push(bytes))) })))

test.serial('garbage instead of a handshake is refused by the server, which goes on serving', async t => {
  const { far } = await shared.converse(t)
  const client = intruder(t, 'client', shared.key, 'garbage')
  await shared.server.line(/^server refused ProtocolViolation$/)
  await client.line(/^closed after/)
  t.is(await valueOf(far.remote.ask('echo on we go')), 'on we go')
})

test.serial('a claim of a frame of 1 TiB is refused by the server, which goes on serving', async t => {
  const { far } = await shared.converse(t)
  intruder(t, 'client', shared.key, 'too long')
  await shared.server.line(/^server refused ProtocolViolation$/)
  t.is(await valueOf(far.remote.ask('echo on we go')), 'on we go')
})

test.serial('garbage instead of a handshake fails the client that dialled', async t => {
  const { key, program } = await badServer(t, 'garbage')
  const error = await errorOf(converse(t, dial(key)))
  t.is(error._tag, 'ProtocolViolation')
  await program.line(/^closed after/)
})

test.serial('a server that hangs up at once fails the client that dialled', async t => {
  const { key } = await badServer(t, 'ends')
  const error = await errorOf(converse(t, dial(key)))
  t.deepEqual([error._tag, error.why], ['PipeError', 'ended'])
})

test.serial('a server that stays silent fails the client once the handshake is due', async t => {
  const { key } = await badServer(t, 'silence')
  const begun = Date.now()
  const error = await errorOf(converse(t, dial(key), { handshakeTimeout: 150 }))
  t.deepEqual([error._tag, error.why], ['Refused', 'late'])
  t.regex(error.message, /within 150 ms: no Hello came/)
  // the usual time is 5,000 ms
  t.true(Date.now() - begun < Math.min(4_500, allowed(1_000)))
})

test.serial('a client that stays silent is refused in time, and keeps nobody else waiting', async t => {
  const { server, key } = await startServer(t, '{"handshakeTimeout":3000}')
  const client = intruder(t, 'client', key, 'silence')
  await client.line(/^connected$/)
  const { far } = await converse(t, dial(key))
  t.is(await valueOf(far.remote.ask('echo at once')), 'at once')
  t.false(server.lines.includes('server refused Refused late'), 'others waited for the silent one')
  await server.line(/^server refused Refused late$/)
  await client.line(/^closed after/)
})

test.serial('a client with another secret is refused, and learns neither a value nor a schema', async t => {
  const { path, scheme } = ConnectionKey.parse(shared.key)
  const wrong = ConnectionKey.of({ scheme, path }, new Uint8Array(randomBytes(32)))
  const heard: Uint8Array[] = []
  const error = await errorOf(converse(t, tapped(heard, dial(wrong)), {}))
  t.is(error._tag, 'Refused')
  t.is(error.why, 'proof')
  await shared.server.line(/^server refused Refused (proof|far-end)$/)
  t.false(shared.server.lines.some(line => line.startsWith('server connected')))
  const all = Buffer.concat(heard).toString('latin1')
  t.true(all.length > 0)
  // names of fields stand in descriptors alone
  for (const word of ['everyMs', 'upTo', 'OutOfBread']) t.false(all.includes(word), word)
  t.false(all.includes(Buffer.from(ConnectionKey.parse(shared.key).secret).toString('latin1')))
})

test.serial('the secret never travels, not even to whoever holds it', async t => {
  const heard: Uint8Array[] = []
  const { far } = await converse(t, tapped(heard, dial(shared.key)))
  await valueOf(far.remote.ask('pid'))
  const { secret } = ConnectionKey.parse(shared.key)
  t.is(Buffer.concat(heard).indexOf(secret), -1)
  t.true(heard.length > 0)
})

const OtherKitchen = contract('spec.Kitchen', {
  ask: request(io.string, io.string, { failure: OutOfBread }),
  again: request(io.string, io.number),
  count: stream(io.intersection([io.type({ upTo: int32, everyMs: int32 }), io.partial({ label: io.string })]), int32),
  note: event(io.string),
})

test.serial('two versions of a contract talk: an added optional field is no difference', async t => {
  const other = await hold(t, dial(shared.key).pipe(peer({ uses: OtherKitchen })))
  const numbers: number[] = []
  await valueOf(other.remote.count({ upTo: 3, everyMs: 0, label: 'for the new ones' }).pipe(tap(n => numbers.push(n))))
  t.deepEqual(numbers, [0, 1, 2])
})

test.serial('a method that the two ends see differently fails with SchemaMismatch, and the others work', async t => {
  const other = await hold(t, dial(shared.key).pipe(peer({ uses: OtherKitchen })))
  const error = await errorOf(other.remote.again('echo 5'))
  t.is(error._tag, 'SchemaMismatch')
  t.true(error.differences!.length > 0)
  t.is(await valueOf(other.remote.ask('echo fine')), 'fine')
  const report = await firstValueFrom(other.schema$)
  t.false(report.compatible)
  t.deepEqual(
    report.methods.filter(({ verdict }) => verdict._tag === 'Mismatched').map(({ method }) => method),
    ['again'],
  )
})

test.serial('with validation required at the client, a mismatched method refuses the session', async t => {
  const error = await errorOf(hold(t, dial(shared.key).pipe(peer({ uses: OtherKitchen, validation: 'require' }))))
  t.deepEqual([error._tag, error.why], ['Refused', 'schema'])
  t.regex(error.message, /spec\.Kitchen\.again/)
  await shared.server.line(/^server refused Refused (schema|far-end)$/)
})

test.serial('with validation required at the server, a mismatched method refuses the session', async t => {
  const { key, server } = await startServer(t, '{"validation":"require"}')
  const error = await errorOf(hold(t, dial(key).pipe(peer({ uses: OtherKitchen }))))
  t.is(error._tag, 'Refused')
  await server.line(/^server refused Refused (schema|far-end)$/)
  const { far } = await converse(t, dial(key))
  t.is(await valueOf(far.remote.ask('echo the same contract')), 'the same contract')
})

test.serial('with validation off nobody looks, and the report says so', async t => {
  const far = await hold(t, dial(shared.key).pipe(peer({ uses: Kitchen, validation: 'off' })))
  const { methods } = await firstValueFrom(far.schema$)
  t.deepEqual([...new Set(methods.map(({ verdict }) => verdict._tag))], ['Disabled'])
  t.is(await within(valueOf(far.remote.ask('echo hello')), 'the echo'), 'hello')
})

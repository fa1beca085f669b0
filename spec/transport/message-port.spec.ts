import { MessageChannel } from 'node:worker_threads'
import test from 'ava'
import { firstValueFrom, forkJoin, lastValueFrom, mergeMap, toArray } from 'rxjs'
import { bytes, contract, int32, peer, request, serve, stream } from 'sluice'
import { Outlet } from '../../src/pipe/outlet.js'
import type { Pipe } from '../../src/pipe/pipe.js'
import { messagePort, type PortLike } from '../../src/transport/message-port.js'
import { joined, letGo, pause, record, until, within } from './conformance/rig.js'

test.after.always(letGo)

const channel = (options = {}) => {
  const { port1, port2 } = new MessageChannel()
  const near = record(messagePort(port1, options))
  const far = record(messagePort(port2, { end: 'accepted' }))
  return { port1, port2, near, far, dialled: near.values[0]!, accepted: far.values[0]! }
}

/** A port's `outgoing` is an outlet. */
const outletOf = ({ outgoing }: Pipe): Outlet<Uint8Array> => {
  if (outgoing instanceof Outlet) return outgoing as Outlet<Uint8Array>
  throw new Error('this outgoing is no outlet')
}

const why = (end: unknown): unknown => (end as { error?: { why?: string } }).error?.why

test('copies of a view what the view shows, not the buffer behind it', async t => {
  const { port1, port2 } = new MessageChannel()
  const lengths: number[] = []
  port2.on('message', ({ sluice }: { sluice: Uint8Array }) => lengths.push(sluice.buffer.byteLength))
  const near = record(messagePort(port1))
  const slab = new Uint8Array(65_536)
  near.values[0]!.outgoing.next(slab.subarray(10, 20))
  near.values[0]!.outgoing.next(slab.subarray(0, 8_192))
  await until(() => (lengths.length === 2 ? true : undefined), 'two messages')
  t.deepEqual(lengths, [10, 8_192])
  t.is(slab.length, 65_536)
  near.unsubscribe()
  port2.close()
})

test('leaves a whole array to its writer, unless it may transfer it', async t => {
  const kept = new Uint8Array(10_000)
  const first = channel()
  first.dialled.outgoing.next(kept)
  t.is(kept.length, 10_000)
  const given = new Uint8Array(10_000)
  const second = channel({ transfer: true })
  second.dialled.outgoing.next(given)
  t.is(given.length, 0)
  const heard = record(second.accepted.incoming)
  await until(() => (joined(heard.values).length === 10_000 ? true : undefined), 'the bytes')
  for (const each of [first.near, first.far, second.near, second.far]) each.unsubscribe()
})

test('two that are written in one go come as one message of just their length', async t => {
  const { port1, port2 } = new MessageChannel()
  const came: Uint8Array[] = []
  port2.on('message', ({ sluice }: { sluice: Uint8Array }) => came.push(sluice))
  const near = record(messagePort(port1))
  const outgoing = outletOf(near.values[0]!)
  const slab = new Uint8Array(65_536).fill(1)
  const payload = new Uint8Array(40_000).fill(2)
  outgoing.nextTwo(slab.subarray(10, 20), payload.subarray(1_000, 21_000))
  t.deepEqual([slab.length, payload.length], [65_536, 40_000])
  await until(() => (came.length === 1 ? true : undefined), 'a message')
  t.deepEqual([came[0]!.length, came[0]!.buffer.byteLength], [20_010, 20_010])
  t.true(came[0]!.subarray(0, 10).every(byte => byte === 1) && came[0]!.subarray(10).every(byte => byte === 2))
  near.unsubscribe()
  port2.close()
})

test('bytes that are the port’s own go over with the buffer around them, and count like others', async t => {
  const { near, far, dialled, accepted } = channel()
  const heard = record(accepted.incoming)
  const fullness = record(dialled.writable)
  const place = new Uint8Array(2_000_000).fill(7)
  outletOf(dialled).nextOwn(place.subarray(100, 1_500_100))
  t.is(place.length, 0)
  t.deepEqual(fullness.values, [true, false])
  await until(() => (fullness.values.length === 3 ? true : undefined), 'room')
  const [came] = heard.values
  t.is(came!.length, 1_500_000)
  t.true(came!.every(byte => byte === 7))
  near.unsubscribe()
  far.unsubscribe()
})

test('what was written may be written over at once, unless whole arrays may be transferred', t => {
  const [plain, transferring] = [channel(), channel({ transfer: true })]
  const idle = ({ dialled }: typeof plain) => outletOf(dialled).idle
  t.deepEqual([idle(plain), idle(transferring)], [true, false])
  for (const { near, far } of [plain, transferring]) {
    near.unsubscribe()
    far.unsubscribe()
  }
})

test('long parts suit a port, and not one whose messages wait behind each other', t => {
  const { near, far, dialled } = channel()
  t.is(dialled.partBytes, 1024 * 1024)
  near.unsubscribe()
  far.unsubscribe()
  const { port1, port2 } = new MessageChannel()
  const serial = record(messagePort(Object.assign(port1, { serial: true as const })))
  t.is(serial.values[0]!.partBytes, undefined)
  serial.unsubscribe()
  port2.close()
})

test('a message of 1 MiB between two peers is one message of the port each way', async t => {
  const { port1, port2 } = new MessageChannel()
  const Echo = contract('test.Echo', { echo: request(bytes, bytes) })
  let long = 0
  for (const port of [port1, port2])
    port.on('message', ({ sluice }: { sluice: unknown }) => {
      if (sluice instanceof Uint8Array && sluice.length > 65_536) long++
    })
  const serving = messagePort(port2, { end: 'accepted' })
    .pipe(
      peer({ serves: Echo }),
      mergeMap(far => serve(far, { echo: given => given })),
    )
    .subscribe()
  const message = Uint8Array.from({ length: 1024 * 1024 }, (_, n) => n % 251)
  const back = await firstValueFrom(
    messagePort(port1).pipe(
      peer({ uses: Echo }),
      mergeMap(({ remote }) => remote.echo(message)),
    ),
  )
  t.true(Buffer.from(back).equals(message))
  t.is(message.length, 1024 * 1024)
  t.is(long, 2)
  serving.unsubscribe()
})

test('is full while more than 1,088 KiB are under way, and has room once the far end has taken half of that', async t => {
  const { near, far, dialled, accepted } = channel()
  const fullness = record(dialled.writable)
  for (let i = 0; i < 17; i += 1) dialled.outgoing.next(new Uint8Array(65_536))
  t.deepEqual(fullness.values, [true])
  dialled.outgoing.next(Uint8Array.of(1))
  t.deepEqual(fullness.values, [true, false])
  await pause(50)
  t.deepEqual(fullness.values, [true, false], 'nobody reads')
  const heard = record(accepted.incoming)
  await until(() => (fullness.values.length === 3 ? true : undefined), 'room')
  t.deepEqual(fullness.values, [true, false, true])
  await until(() => (joined(heard.values).length === 17 * 65_536 + 1 ? true : undefined), 'all of it')
  near.unsubscribe()
  far.unsubscribe()
})

test('what is written while it is full, and half of that has gone, does not keep it full for ever', async t => {
  const { port1, port2 } = new MessageChannel()
  const near = record(messagePort(port1))
  const pipe = near.values[0]!
  const fullness = record(pipe.writable)
  record(pipe.incoming)
  for (let i = 0; i < 18; i += 1) pipe.outgoing.next(new Uint8Array(65_536))
  t.deepEqual(fullness.values, [true, false])
  // a third is taken: there is no room yet
  port2.postMessage({ sluice: 6 * 65_536 })
  await pause(20)
  t.deepEqual(fullness.values, [true, false])
  pipe.outgoing.next(Uint8Array.of(1))
  port2.postMessage({ sluice: 11 * 65_536 })
  await until(() => (fullness.values.length === 3 ? true : undefined), 'room')
  near.unsubscribe()
  port2.close()
})

test('a far end that hangs up without reading does not leave its peer full', async t => {
  const { near, far, dialled } = channel()
  const fullness = record(dialled.writable)
  for (let i = 0; i < 40; i += 1) dialled.outgoing.next(new Uint8Array(65_536))
  t.is(fullness.values.at(-1), false)
  far.unsubscribe()
  await until(() => (fullness.values.at(-1) === true ? true : undefined), 'room')
  near.unsubscribe()
})

test('passes over what others say on the port', async t => {
  const { port2, near, dialled, accepted } = channel()
  const heard = record(dialled.incoming)
  port2.postMessage('hello')
  port2.postMessage(null)
  port2.postMessage({ other: 1 })
  accepted.outgoing.next(Uint8Array.of(1))
  await until(() => heard.values[0], 'the bytes')
  t.deepEqual(heard.values, [Uint8Array.of(1)])
  near.unsubscribe()
  accepted.outgoing.complete()
})

test('fails both its reader and its dialler when the port is closed without a word', async t => {
  const { port2, near, dialled } = channel()
  const heard = record(dialled.incoming)
  port2.close()
  t.is(why(await within(heard.ended, 'the reader')), 'reset')
  t.is(why(await within(near.ended, 'the dialler')), 'reset')
})

test('carries one pipe in its life', async t => {
  const { port1, near, far, dialled, accepted } = channel()
  t.is(why(record(messagePort(port1)).end()), 'misused')
  dialled.outgoing.complete()
  accepted.outgoing.complete()
  record(dialled.incoming)
  await within(near.ended, 'the dialler')
  t.is(why(record(messagePort(port1)).end()), 'misused')
  far.unsubscribe()
})

test('destroys the pipe when the far end does not end within the limit', async t => {
  const { near, far, dialled, accepted } = channel({ closeWithin: 30 })
  const mine = record(dialled.incoming)
  const theirs = record(accepted.incoming)
  near.unsubscribe()
  t.is(why(await within(mine.ended, 'this end')), 'aborted')
  t.deepEqual(await within(theirs.ended, 'the far reader'), { complete: true })
  t.is(why(await within(far.ended, 'the far end')), 'reset')
})

/** A port that keeps what is posted to it; `hear` is the far end's voice. */
const recordingPort = () => {
  const posted: unknown[] = []
  let hear: (value: unknown) => void = () => undefined
  const port: PortLike = {
    postMessage: message => void posted.push((message as { sluice: unknown }).sluice),
    on: (type, listener) => {
      if (type === 'message') hear = listener
    },
    off: () => undefined,
  }
  return { port, posted, hear: (sluice: unknown) => hear({ sluice }) }
}

const lengthsOf = (said: unknown): unknown =>
  Array.isArray(said) ? said.map(lengthsOf) : said instanceof Uint8Array ? said.length : said

test('what is long leaves at the end of the tick as one message, in order with what is short and before the end', async t => {
  const { port, posted } = recordingPort()
  const near = record(messagePort(port))
  const { outgoing } = near.values[0]!
  const slab = new Uint8Array(100_000)
  outgoing.next(slab.subarray(0, 9))
  for (const size of [60_000, 10, 50_000]) outgoing.next(slab.subarray(0, size))
  t.deepEqual(posted.map(lengthsOf), [9])
  await Promise.resolve()
  t.deepEqual(posted.map(lengthsOf), [9, [60_000, 10, 50_000]])
  outgoing.next(slab.subarray(0, 70_000))
  outgoing.next(new Uint8Array(5_000))
  outgoing.next(slab.subarray(0, 80_000))
  outgoing.complete()
  t.deepEqual(posted.slice(2).map(lengthsOf), [70_000, 5_000, 80_000, 'end'])
  await Promise.resolve()
  t.is(posted.length, 6)
})

test('half a MiB that waits for the end of the tick does not wait any longer', t => {
  const { port, posted } = recordingPort()
  const { outgoing } = record(messagePort(port)).values[0]!
  const slab = new Uint8Array(70_000)
  for (let n = 0; n < 10; n++) outgoing.next(slab.subarray(0, 65_536))
  t.deepEqual(posted.map(lengthsOf), [Array(8).fill(65_536)])
})

test('the far end is told that there is room before it is answered', t => {
  const { port, posted, hear } = recordingPort()
  const pipe = record(messagePort(port)).values[0]!
  pipe.incoming.subscribe({ next: () => outletOf(pipe).nextOwn(new Uint8Array(1_000_000)), error: () => undefined })
  hear(new Uint8Array(900_000))
  t.deepEqual(posted.map(lengthsOf), [900_000, 1_000_000])
})

test('what waits for the end of the tick goes before word that this end is gone', t => {
  const { port, posted } = recordingPort()
  const near = record(messagePort(port))
  near.values[0]!.outgoing.next(new Uint8Array(9_000).subarray(1))
  near.values[0]!.outgoing.error(new Error('enough'))
  t.deepEqual(posted.map(lengthsOf), [8_999, 'gone'])
})

test('several in one message come one by one, and what is no bytes among them is passed over', t => {
  const { port, hear } = recordingPort()
  const pipe = record(messagePort(port)).values[0]!
  const heard = record(pipe.incoming)
  const sparse: unknown[] = [Uint8Array.of(1), 'end', null, Uint8Array.of(2, 3)]
  sparse[4_000_000_000] = Uint8Array.of(4)
  hear(sparse)
  t.deepEqual(heard.values, [Uint8Array.of(1), Uint8Array.of(2, 3), Uint8Array.of(4)])
  const more: Uint8Array[] = []
  heard.unsubscribe()
  const other = recordingPort()
  const ending = record(messagePort(other.port)).values[0]!
  ending.incoming.subscribe({
    next: bytes => {
      more.push(bytes)
      ending.outgoing.error(new Error('enough'))
    },
    error: () => undefined,
  })
  other.hear([Uint8Array.of(5), Uint8Array.of(6)])
  t.deepEqual(more, [Uint8Array.of(5)])
})

test('between two peers sent bytes stay their sender’s, and received ones change no more', async t => {
  const Bytes = contract('test.Bytes', { chunks: stream(int32, bytes), echo: request(bytes, bytes) })
  const { port1, port2 } = new MessageChannel()
  const memory = new Set<ArrayBufferLike>()
  port1.on('message', ({ sluice }: { sluice: unknown }) => {
    for (const each of [sluice].flat()) if (each instanceof Uint8Array) memory.add(each.buffer)
  })
  const place = new Uint8Array(65_536)
  function* chunks(count: number): Iterable<Uint8Array> {
    for (let n = 0; n < count; n++) yield n % 5 === 4 ? place.subarray(0, 10).fill(n) : place.fill(n)
  }
  const serving = messagePort(port2, { end: 'accepted' })
    .pipe(
      peer({ serves: Bytes }),
      mergeMap(far => serve(far, { chunks, echo: given => given })),
    )
    .subscribe()
  const asked = new Uint8Array(300_000)
  const [came, echoed] = await firstValueFrom(
    messagePort(port1).pipe(
      peer({ uses: Bytes }),
      mergeMap(({ remote }) => {
        const echoes = [1, 2, 3].map(n => lastValueFrom(remote.echo(asked.fill(n))))
        return forkJoin([remote.chunks(100).pipe(toArray()), forkJoin(echoes)])
      }),
    ),
  )
  t.true(place.length === 65_536 && asked.length === 300_000)
  for (const [n, chunk] of came.entries()) {
    t.is(chunk.length, n % 5 === 4 ? 10 : 65_536)
    t.true(chunk.every(byte => byte === n))
    // what is long is not copied once more, and nothing keeps much beside it
    if (chunk.length > 10) t.true(memory.has(chunk.buffer))
    t.true(chunk.buffer.byteLength < chunk.length + 2_048)
  }
  for (const [n, echo] of echoed.entries()) t.true(echo.length === 300_000 && echo.every(byte => byte === n + 1))
  serving.unsubscribe()
})

/** A port with Node's `on` alone, whose values come inside of an event, as Electron's do. */
const likeElectron = (port: MessagePortOf): PortLike => {
  const wrapped = new Map<unknown, (value: unknown) => void>()
  return {
    postMessage: message => port.postMessage(message),
    on: (type, listener) => {
      const wrap = (value: unknown): void => listener({ data: value, ports: [] })
      wrapped.set(listener, wrap)
      port.on(type as 'message', wrap)
    },
    off: (type, listener) => port.off(type as 'message', wrapped.get(listener)!),
    start: () => port.start(),
    close: () => port.close(),
  }
}
type MessagePortOf = MessageChannel['port1']

test('takes ports that know `on` only and wrap what they bring in an event', async t => {
  const { port1, port2 } = new MessageChannel()
  const near = record(messagePort(likeElectron(port1)))
  const far = record(messagePort(port2, { end: 'accepted' }), (pipe: Pipe) => {
    pipe.incoming.subscribe(pipe.outgoing)
  })
  const heard = record(near.values[0]!.incoming)
  near.values[0]!.outgoing.next(Uint8Array.of(1, 2))
  near.values[0]!.outgoing.complete()
  t.deepEqual(await within(heard.ended, 'the echo'), { complete: true })
  t.deepEqual(joined(heard.values), Uint8Array.of(1, 2))
  await within(far.ended, 'the far end')
  await pause(5)
})

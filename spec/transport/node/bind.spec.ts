import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'ava'
import { allowed } from '../../helpers/allowed.js'
import { borrow } from '../../../src/pipe/lending.js'
import { bind } from '../../../src/transport/node/bind.js'
import { dial } from '../../../src/transport/node/dial.js'
import type { Door } from '../../../src/transport/door.js'
import { joined, letGo, pause, record, until, within } from '../conformance/rig.js'

test.after.always(letGo)

const open = async (options?: Parameters<typeof bind>[0]) => {
  const doors = record(bind(options))
  const door = await until<Door>(() => doors.values[0], 'the door')
  return { door, doors }
}

const why = (end: unknown): unknown => (end as { error?: { why?: string } }).error?.why

test('listens in a directory that only its user may enter, and removes it at once when unsubscribed', async t => {
  const { door, doors } = await open()
  const directory = dirname(door.key.path)
  t.is(statSync(directory).mode & 0o777, 0o700)
  t.deepEqual(readdirSync(directory), ['pipe'])
  doors.unsubscribe()
  t.false(existsSync(directory))
})

test('gives both ends the secret of the key, 32 bytes, new with each subscription', async t => {
  const { door, doors } = await open()
  const arrivals = record(door.pipes$)
  const dialler = record(dial(String(door.key)))
  const dialled = await until(() => dialler.values[0], 'dialled')
  const accepted = await until(() => arrivals.values[0], 'accepted')
  t.is(door.key.secret.length, 32)
  t.deepEqual(dialled.secret, door.key.secret)
  t.deepEqual(accepted.secret, door.key.secret)
  const other = await open()
  t.notDeepEqual(other.door.key.secret, door.key.secret)
  dialler.unsubscribe()
  doors.unsubscribe()
  other.doors.unsubscribe()
})

test('keeps clients, and what they said, until somebody subscribes to pipes$', async t => {
  const { door, doors } = await open()
  const diallers = [1, 2, 3].map(i => record(dial(door.key), pipe => pipe.outgoing.next(Uint8Array.of(i))))
  await until(() => (diallers.every(each => each.values.length === 1) ? true : undefined), 'three clients')
  await pause(20)
  const heard: number[] = []
  const arrivals = record(door.pipes$, pipe => void pipe.incoming.subscribe(bytes => heard.push(...bytes)))
  await until(() => (heard.length === 3 ? true : undefined), 'three greetings')
  t.deepEqual(heard.sort(), [1, 2, 3])
  t.is(arrivals.values.length, 3)
  for (const each of diallers) each.unsubscribe()
  doors.unsubscribe()
})

test('reads its clients into one buffer, and gives whoever may keep what it reads bytes of its own', async t => {
  const { door, doors } = await open()
  const diallers = ['first', 'second', 'third'].map(text =>
    record(dial(door.key), pipe => pipe.outgoing.next(new TextEncoder().encode(text))),
  )
  const buffers = new Set<ArrayBufferLike>()
  const kept: Uint8Array[] = []
  let lent = 0
  const arrivals = record(door.pipes$, ({ incoming }) => {
    if (arrivals.values.length < 2) return void incoming.subscribe(bytes => kept.push(bytes))
    borrow(incoming, {
      next: (bytes, isLent = false) => {
        buffers.add(bytes.buffer)
        lent += Number(isLent)
      },
      error: () => undefined,
      complete: () => undefined,
    })
  })
  await until(() => (kept.length > 0 && lent + kept.length === 3 && buffers.size > 0 ? true : undefined), 'all three')
  await pause(20)
  t.is(buffers.size, 1)
  for (const bytes of kept) {
    t.false(buffers.has(bytes.buffer))
    t.regex(new TextDecoder().decode(bytes), /^(first|second|third)$/)
  }
  for (const each of diallers) each.unsubscribe()
  doors.unsubscribe()
})

test('turns a client away when too many wait', async t => {
  const { door, doors } = await open({ waiting: 1 })
  const first = record(dial(door.key))
  await until(() => first.values[0], 'the first')
  await pause(20)
  const second = record(
    dial(door.key),
    pipe => void pipe.incoming.subscribe({ complete: () => pipe.outgoing.complete() }),
  )
  await within(second.ended, 'the second')
  t.is(first.end(), undefined)
  first.unsubscribe()
  doors.unsubscribe()
})

test('has one subscriber to pipes$ at a time, and another one after it', async t => {
  const { door, doors } = await open()
  const first = record(door.pipes$)
  t.is(why(await record(door.pipes$).ended), 'misused')
  first.unsubscribe()
  const client = record(dial(door.key))
  const third = record(door.pipes$)
  await until(() => third.values[0], 'the pipe')
  t.is(first.values.length, 0)
  client.unsubscribe()
  doors.unsubscribe()
})

test('lets one client in with { clients: 1 }: the file goes at once, a second is refused, and it completes after the first', async t => {
  const { door, doors } = await open({ clients: 1 })
  const arrivals = record(door.pipes$, pipe => void pipe.incoming.subscribe(pipe.outgoing))
  const first = record(dial(door.key))
  const pipe = await until(() => first.values[0], 'the first')
  await until(() => arrivals.values[0], 'its other end')
  t.false(existsSync(dirname(door.key.path)))
  t.deepEqual(arrivals.end(), { complete: true })
  t.is(why(await within(record(dial(door.key)).ended, 'the second')), 'refused')
  t.is(doors.end(), undefined)
  const heard = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(9))
  pipe.outgoing.complete()
  await within(heard.ended, 'the echo')
  t.deepEqual([...joined(heard.values)], [9])
  t.deepEqual(await within(doors.ended, 'the listener'), { complete: true })
})

for (const where of [{}, { tcp: {} }, { ws: {} }]) {
  test(`lets one of many in that come at once with { clients: 1 }, by ${Object.keys(where).join() || 'socket'}`, async t => {
    const { door, doors } = await open({ ...where, clients: 1 })
    const arrivals = record(door.pipes$)
    const diallers = Array.from({ length: 8 }, () => record(dial(door.key)))
    await until(() => (diallers.every(each => each.values.length === 1 || each.end()) ? true : undefined), 'all')
    await pause(50)
    t.is(arrivals.values.length, 1)
    arrivals.values[0]!.outgoing.error(new Error('enough'))
    t.deepEqual(await within(doors.ended, 'the listener'), { complete: true })
  })
}

test('ends its clients in order when unsubscribed: what was said still arrives', async t => {
  const { door, doors } = await open()
  const arrivals = record(door.pipes$)
  const client = record(dial(door.key))
  const dialled = await until(() => client.values[0], 'dialled')
  const accepted = await until(() => arrivals.values[0], 'accepted')
  const heard = record(dialled.incoming)
  accepted.outgoing.next(new Uint8Array(300_000))
  doors.unsubscribe()
  t.deepEqual(await within(heard.ended, 'the end'), { complete: true })
  t.is(joined(heard.values).length, 300_000)
  client.unsubscribe()
})

test('destroys a client that does not end within the limit', async t => {
  const { door, doors } = await open({ closeWithin: 50 })
  const arrivals = record(door.pipes$)
  const client = record(dial(door.key))
  await until(() => client.values[0], 'dialled')
  const accepted = await until(() => arrivals.values[0], 'accepted')
  const reader = record(accepted.incoming)
  const begun = Date.now()
  doors.unsubscribe()
  t.is(why(await within(reader.ended, 'the reader')), 'aborted')
  t.true(Date.now() - begun < allowed(1_000))
  client.unsubscribe()
})

test('leaves no event loop busy and no listener of the process behind', async t => {
  const before = process.listenerCount('exit') + process.listenerCount('SIGTERM')
  const { doors } = await open()
  doors.unsubscribe()
  t.is(process.listenerCount('exit') + process.listenerCount('SIGTERM'), before)
})

test('lets a rush of clients in, more than the platform queues', async t => {
  const { door, doors } = await open()
  const arrivals = record(door.pipes$)
  const diallers = Array.from({ length: 600 }, () => record(dial(door.key)))
  await until(() => (diallers.every(each => each.values.length === 1 || each.end()) ? true : undefined), '600 clients')
  t.deepEqual(
    diallers.filter(each => each.end() !== undefined).map(each => each.end()),
    [],
  )
  await until(() => (arrivals.values.length === 600 ? true : undefined), 'their other ends')
  for (const each of diallers) each.unsubscribe()
  doors.unsubscribe()
})

test('listens on loopback only', async t => {
  for (const host of ['0.0.0.0', '192.168.0.1', '::', 'example.org']) {
    t.is(why(await record(bind({ tcp: { host } })).ended), 'refused', host)
  }
  for (const host of ['127.0.0.1', 'localhost']) {
    const { door, doors } = await open({ tcp: { host } })
    t.regex(door.key.url, new RegExp(`^tcp://${host}:\\d+$`))
    doors.unsubscribe()
  }
})

test('is refused a port that is taken, and says so', async t => {
  const { door, doors } = await open({ tcp: {} })
  const end = await within(record(bind({ tcp: { port: door.key.port! } })).ended, 'the second')
  t.is(why(end), 'refused')
  t.regex((end as { error: Error }).error.message, /could not listen.*EADDRINUSE.*choose another/)
  doors.unsubscribe()
})

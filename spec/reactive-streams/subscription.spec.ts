import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setTimeout } from 'node:timers/promises'
import test from 'ava'
import { Subject } from 'rxjs'
import { bytesOf, drawn, next, open, played, takeAll, written } from '../call/rig.js'

/** The rules of Reactive Streams, 3: the subscription between the two. Here: credit and cancelling, on the wire. */

const most = 0x7fff_ffff
const credit = (id: number, items: number, bytes = 1_000) => ({ _tag: 'Credit', id, items, bytes }) as const

test('3.1: demand and cancelling are a call’s own: another call’s stream is not touched', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply([bytesOf(1), bytesOf(2), bytesOf(3)]))
  for (const id of [1, 3]) say({ ...open(id, 1), credit: { items: 1, bytes: 100 } })
  say(credit(1, 1))
  say({ _tag: 'Cancel', id: 1 })
  say(credit(3, 1))
  t.deepEqual(drawn(sent), ['Next 1 1', 'Next 3 1', 'Next 1 2', 'Next 3 2'])
})

test('3.2: demand may be signalled while an item is on its way to its consumer, or being pulled', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      (function* () {
        for (let i = 0; i < 3; i++) {
          say(credit(1, 1))
          yield bytesOf(i)
        }
      })(),
    ),
  )
  say({ ...open(1, 1), credit: { items: 1, bytes: 100 } })
  t.deepEqual(drawn(sent), ['Next 1', 'Next 1 1', 'Next 1 2', 'Complete 1'])
})

test('3.3: a million items that are there at once, each with credit, do not pile up on the stack', t => {
  let sent = 0
  const { say, hubs, outgoing, scheduler, sent: frames } = played('accepted')
  outgoing.subscribe(() => {
    sent++
    frames.length = 0
  })
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      (function* () {
        for (let i = 0; i < 1_000_000; i++) yield bytesOf(1)
      })(),
    ),
  )
  say({ ...open(1, 1), credit: { items: most, bytes: most } })
  t.true(sent <= 4 * 8_192, 'in bursts')
  scheduler.flush()
  t.is(sent, 1_000_001)
})

test('3.4, 3.5: a grant and a cancel cost the same however much is granted or waits', t => {
  const { say, hubs } = played('accepted')
  const source = new Subject<Uint8Array>()
  let pulls = 0
  let returned = 0
  hubs.stream.calls$.subscribe(call =>
    call.reply({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          pulls++
          return new Promise<never>(() => undefined)
        },
        return: () => {
          returned++
          return Promise.resolve({ done: true as const, value: undefined })
        },
      }),
    }),
  )
  hubs.channel.calls$.subscribe(call => call.reply(source))
  say({ ...open(1, 1), credit: { items: most, bytes: most } })
  say(credit(1, most, most))
  t.is(pulls, 1, 'one pull is under way at a time')
  say({ _tag: 'Cancel', id: 1 })
  t.is(returned, 1)
  say({ ...open(3, 3), credit: { items: 0, bytes: 0 } })
  for (let i = 0; i < 1_000; i++) source.next(bytesOf(1))
  say({ _tag: 'Cancel', id: 3 })
  t.false(source.observed)
})

test('3.6, 3.7: after a cancel, demand and a second cancel do nothing', t => {
  const { say, sent, hubs, violations } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply(new Subject()))
  say(open(1, 1))
  say({ _tag: 'Cancel', id: 1 })
  say(credit(1, 5))
  say({ _tag: 'Cancel', id: 1 })
  t.deepEqual([sent, violations], [[], []])
})

test('3.8: grants add up', t => {
  const { say, sent, hubs } = played('accepted')
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => call.reply(source))
  say({ ...open(1, 1), credit: { items: 1, bytes: 100 } })
  say(credit(1, 2))
  say(credit(1, 3))
  for (let i = 0; i < 10; i++) source.next(bytesOf(1))
  t.is(sent.length, 6)
})

test('3.8: what is granted before somebody answers counts', t => {
  const { say, sent, hubs } = played('accepted')
  const taken = takeAll(hubs.stream)
  say({ ...open(1, 1), credit: { items: 1, bytes: 100 } })
  say(credit(1, 2))
  taken[0]?.reply([1, 2, 3, 4].map(n => bytesOf(n)))
  t.is(sent.length, 3)
})

for (const items of [-1, 0.5, NaN])
  test(`3.9: a credit of ${items} items is an error of that call alone`, t => {
    const { open: call, sent, calls } = played('dialled')
    const consumer = written()
    call('stream', bytesOf(0), consumer, { credit: { items } })
    t.like(consumer.end, { _tag: 'InvalidOption', option: 'credit.items', value: items })
    t.deepEqual([sent, calls.size], [[], 0])
  })

test('3.9: a credit of 0 items is one that lets nothing come; one of 0 more changes nothing', t => {
  const { say, sent, hubs, violations } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply([bytesOf(1)]))
  say({ ...open(1, 1), credit: { items: 0, bytes: 100 } })
  say(credit(1, 0, 0))
  t.deepEqual([sent, violations], [[], []])
  say(credit(1, 1, 0))
  t.is(sent.length, 1)
})

for (const [kind, method] of [
  ['request', 0],
  ['upload', 2],
] as const)
  test(`credit for a ${kind}, which is answered once, is a violation`, t => {
    const { say, hubs, violations } = played('accepted')
    for (const hub of Object.values(hubs)) takeAll(hub)
    say(open(1, method))
    say(credit(1, 1))
    t.is(violations.length, 1)
  })

test('credit for a call that was never opened is a violation, for one that has ended it is late', t => {
  const { say, violations, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply([]))
  say(open(1, 1))
  say(credit(1, 1))
  t.deepEqual(violations, [])
  say(credit(3, 1))
  t.is(violations.length, 1)
})

test('an item past its credit is a violation', t => {
  const { open: call, say, violations, calls } = played('dialled')
  const consumer = written(true)
  call('stream', bytesOf(0), consumer, { credit: { items: 1, bytes: 100 } })
  say(next(1, 1))
  say(next(1, 1))
  t.regex(violations[0]!, /more items than it has credit/)
  t.deepEqual([consumer.items.length, calls.size], [1, 0])
})

test('3.12: a cancel stops a producer that is pulled, also when its next item is on the way', async t => {
  const { say, sent, hubs } = played('accepted')
  const seen: string[] = []
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      (async function* () {
        try {
          for (let i = 0; ; i++) {
            await setTimeout(1)
            seen.push(`item ${i}`)
            yield bytesOf(1)
          }
        } finally {
          seen.push('closed')
        }
      })(),
    ),
  )
  say(open(1, 1))
  say({ _tag: 'Cancel', id: 1 })
  await setTimeout(50)
  t.deepEqual(seen, ['item 0', 'closed'])
  t.deepEqual(sent, [])
})

test('3.13: after a cancel, and after the end of the connection, nothing is kept of consumer and producer', async t => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const caller = played('dialled')
  const server = played('accepted')
  const source = new Subject<Uint8Array>()
  server.hubs.stream.calls$.subscribe(call => call.reply(source.pipe()))
  const held = () => {
    const consumers = [written(), written()]
    const flow = caller.open('stream', bytesOf(0), consumers[0]!)
    caller.open('stream', bytesOf(0), consumers[1]!)
    flow.unsubscribe()
    caller.calls.end(() => new Error('gone'))
    const items = [1, 2].map(n => new Uint8Array(100 + n))
    server.say({ ...open(1, 1), credit: { items: 0, bytes: 0 } })
    for (const item of items) source.next(item)
    server.say({ _tag: 'Cancel', id: 1 })
    return [...consumers, ...items].map(one => new WeakRef<object>(one))
  }
  const kept = held()
  t.false(source.observed)
  for (let i = 0; i < 20 && kept.some(ref => ref.deref() !== undefined); i++) {
    await setTimeout(5)
    collect()
  }
  t.deepEqual(
    kept.map(ref => ref.deref()),
    [undefined, undefined, undefined, undefined],
  )
})

test('3.17: credit saturates at 2^31 - 1, and a window without end is granted again and again', t => {
  const { say, sent, hubs } = played('accepted')
  const demands: number[] = []
  hubs.stream.calls$.subscribe(call => {
    call.demand$.subscribe(demand => demands.push(demand))
    call.reply(new Subject())
  })
  say({ ...open(1, 1), credit: { items: most, bytes: most } })
  say(credit(1, most, most))
  t.deepEqual([demands, sent], [[most], []])

  const { open: call, sent: said } = played('dialled')
  call('stream', bytesOf(0), written(), { credit: { items: Infinity, bytes: Infinity } })
  t.like(said[0], { credit: { items: Infinity, bytes: Infinity } })
})

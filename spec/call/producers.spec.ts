import { setTimeout } from 'node:timers/promises'
import test from 'ava'
import { concatMap, from, interval, map, mergeMap, range, Subject, take, tap } from 'rxjs'
import { answer, fromDemand, Remote } from 'sluice'
import { marbles } from 'sluice/testing'
import type { Consumer } from '../../src/call/consumer.js'
import { Kitchen } from '../peer/kitchen.js'
import { bytesOf, drawn, open, played, takeAll, written } from './rig.js'

const credit = (id: number, items: number, bytes = 1_000) => ({ _tag: 'Credit', id, items, bytes }) as const
const asked = (items: number) => ({ ...open(1, 1), credit: { items, bytes: 1_000 } })

test('an iterable is pulled as its items are asked for, and no further', t => {
  const { say, sent, hubs } = played('accepted')
  let pulled = 0
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      (function* () {
        for (;;) yield bytesOf(++pulled)
      })(),
    ),
  )
  say(asked(2))
  t.deepEqual([pulled, sent.length], [2, 2])
  say(credit(1, 3))
  t.deepEqual([pulled, sent.length], [5, 5])
})

test('an iterable that has more is closed when its call is cancelled, and one that is done is not', t => {
  for (const [items, expected] of [
    [9, ['closed']],
    [2, ['done']],
  ] as const) {
    const { say, hubs } = played('accepted')
    const seen: string[] = []
    let made = 0
    hubs.stream.calls$.subscribe(call =>
      call.reply({
        [Symbol.iterator]: () => ({
          next: () => {
            if (made++ < items) return { done: false, value: bytesOf(1) }
            seen.push('done')
            return { done: true, value: undefined }
          },
          return: () => {
            seen.push('closed')
            return { done: true, value: undefined }
          },
        }),
      }),
    )
    say(asked(3))
    say({ _tag: 'Cancel', id: 1 })
    t.deepEqual(seen, [...expected])
  }
})

test('an item of another call that is handed on is granted there once it has left here', t => {
  const { say, sent, hubs } = played('accepted')
  const granted: number[] = []
  let far: Consumer<Uint8Array> | undefined
  const call$ = new Remote<Uint8Array>(consumer => {
    far = consumer
    return { unsubscribe: () => undefined, consumed: size => granted.push(size) }
  })
  hubs.stream.calls$.subscribe(call => call.reply(call$))
  say(asked(1))
  for (const size of [1, 2, 3]) far?.next(bytesOf(size), size)
  t.deepEqual([drawn(sent), granted], [['Next 1 1'], [1]])
  say(credit(1, 1))
  t.deepEqual(
    [drawn(sent), granted],
    [
      ['Next 1 1', 'Next 1 2'],
      [1, 2],
    ],
  )
})

test('a full pipe stops the pulling, and room lets it go on', t => {
  const { say, sent, hubs, writable, outgoing } = played('accepted')
  let pulled = 0
  outgoing.subscribe(() => {
    if (sent.length === 3) writable.next(false)
  })
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      (function* () {
        for (;;) yield bytesOf(++pulled)
      })(),
    ),
  )
  say(asked(5))
  t.is(pulled, 3)
  writable.next(true)
  t.is(pulled, 5)
})

test('producers on a pipe that is full each get their turn when it has room', t => {
  const { say, sent, hubs, writable, outgoing } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply([1, 2, 3].map(n => bytesOf(n))))
  outgoing.subscribe(() => writable.next(false))
  for (const id of [1, 3, 5]) say({ ...open(id, 1), credit: { items: 9, bytes: 100 } })
  for (let i = 0; i < 20; i++) writable.next(true)
  t.deepEqual(
    sent.filter(({ _tag }) => _tag === 'Next').map(({ id }) => id),
    [1, 1, 3, 5, 1, 3, 5, 3, 5],
  )
})

test('what is emitted while others have their turn leaves behind what waits, whoever is first in line', t => {
  const { say, sent, hubs, writable } = played('accepted')
  const pushed = new Subject<Uint8Array>()
  const taken = takeAll(hubs.stream)
  say({ ...open(1, 1), credit: { items: 9, bytes: 100 } })
  say({ ...open(3, 1), credit: { items: 9, bytes: 100 } })
  writable.next(false)
  taken[0]?.reply(
    (function* () {
      // the other's turn is still to come
      pushed.next(bytesOf(3))
      yield bytesOf(9)
    })(),
  )
  taken[1]?.reply(pushed)
  for (const size of [1, 2]) pushed.next(bytesOf(size))
  writable.next(true)
  t.deepEqual(
    drawn(sent).filter(frame => frame.startsWith('Next 3')),
    ['Next 3 1', 'Next 3 2', 'Next 3 3'],
  )
})

test('an array pushed by from() overflows: the error tells what to do instead', t => {
  const { open: call, say } = played('dialled')
  const outcome = written()
  call('upload', from(Array.from({ length: 2_000 }, () => bytesOf(1))), outcome)
  t.like(outcome.end, { _tag: 'Overflow', limit: 1_024, unit: 'items' })
  t.regex(
    (outcome.end as { message: string }).message,
    /1024 items waited.*return an iterable itself instead of from\(it\)/,
  )
  say(credit(1, 5))
})

test('a buffer has a limit in bytes too, which the error names', t => {
  const { say, sent, hubs } = played('accepted', { buffer: { items: 100, bytes: 30 } })
  const settled: unknown[] = []
  hubs.stream.calls$.subscribe(call => {
    call.settled$.subscribe(({ error }) => settled.push(error))
    call.reply(from([20, 20, 20].map(size => bytesOf(size))))
  })
  say(asked(0))
  t.like(settled[0], { _tag: 'Overflow', limit: 30, unit: 'bytes' })
  t.deepEqual(sent, [{ _tag: 'Fail', id: 1, code: 'OVERFLOW', message: '30 bytes' }])

  const { open: call, say: answerWith } = played('dialled')
  const outcome = written()
  call('stream', bytesOf(0), outcome)
  answerWith({ _tag: 'Fail', id: 1, code: 'OVERFLOW', message: '30 bytes' })
  t.like(outcome.end, { _tag: 'Overflow', limit: 30, unit: 'bytes' })
})

test('what waits was encoded when it was emitted: a value that is changed later leaves as it was', t => {
  const { say, sent, hubs } = played('accepted')
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => call.reply(source))
  say(asked(0))
  const value = bytesOf(3)
  source.next(value)
  value.fill(9)
  say(credit(1, 1))
  t.deepEqual(
    sent.map(frame => [...(frame as { payload: Uint8Array }).payload]),
    [[0, 1, 2]],
  )
})

for (const [overflow, expected] of [
  ['dropOldest', [4, 5]],
  ['dropNewest', [1, 2]],
  ['latest', [5]],
] as const) {
  test(`${overflow}, said with reply, decides what is lost`, t => {
    const { say, sent, hubs } = played('accepted')
    hubs.stream.calls$.subscribe(call => call.reply(range(1, 5).pipe(map(n => bytesOf(n))), { overflow, items: 2 }))
    say(asked(0))
    say(credit(1, 9))
    t.deepEqual(drawn(sent), [...expected.map(size => `Next 1 ${size}`), 'Complete 1'])
  })

  test(`${overflow}, said with a call, decides what is lost of its items`, t => {
    const { open: call, say, sent } = played('dialled')
    const items = range(1, 5).pipe(map(n => bytesOf(n)))
    call('upload', items, written(), { buffer: { overflow, items: 2 } })
    say(credit(1, 9))
    t.deepEqual(drawn(sent).slice(1), [...expected.map(size => `Next 1 ${size}`), 'Complete 1'])
  })
}

test('answer hands its buffer to every reply', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, client =>
      client.incoming.ticks.pipe(answer(() => range(1, 9), { buffer: { overflow: 'latest' } })),
    )
    const ticks$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(0, { credit: { items: 2 } })))

    expectObservable(ticks$, '90ms !').toBe('40ms (ab) 16ms c', { a: 1, b: 2, c: 9 })
  })
})

test('demand$ tells how many items the caller takes: at subscription, and each time that grows', t => {
  const { say, hubs } = played('accepted')
  const told: (number | string)[] = []
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => {
    call.demand$.subscribe({ next: n => told.push(n), complete: () => told.push('over') })
    call.reply(source)
  })
  say(asked(2))
  for (let i = 0; i < 3; i++) source.next(bytesOf(1))
  // one waits: of three more it takes one
  say(credit(1, 3))
  source.complete()
  t.deepEqual(told, [2, 2, 'over'])
})

test('fromDemand hands demand to its producer, and nothing has to wait', t => {
  const { say, sent, hubs } = played('accepted', { buffer: { items: 0 } })
  const demands: number[] = []
  let made = 0
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      fromDemand(demand$ =>
        demand$.pipe(
          tap(n => demands.push(n)),
          concatMap(n => range(0, n)),
        ),
      ).pipe(map(() => bytesOf(++made))),
    ),
  )
  say(asked(0))
  t.deepEqual(demands, [])
  say(credit(1, 2))
  say(credit(1, 3))
  t.deepEqual([demands, sent.length], [[2, 3], 5])
})

test('fromDemand as the items of an upload; what is pushed beyond demand waits', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left } = peers(Kitchen, client =>
      client.incoming.weigh.pipe(answer(items$ => items$.pipe(take(3)))),
    )
    const many$ = fromDemand(demand$ => demand$.pipe(mergeMap(() => interval(1))))
    const sum$ = client$.pipe(mergeMap(({ remote }) => remote.weigh(many$)))

    expectObservable(sum$, '90ms !').toBe('61ms a', { a: 0 })
    expectFrames(left).toBe('H 9ms V 9ms O 20ms NNNNNNNNNNNNNNNNNNNNN 28ms (G|)')
  })
})

test('fromDemand subscribed to by anybody else has demand without end', t => {
  const seen: number[] = []
  fromDemand(demand$ => demand$).subscribe(demand => seen.push(demand))
  t.deepEqual(seen, [Infinity])
})

test('a pull that is under way when its call is cancelled is closed after it, and its item is not sent', async t => {
  const { say, sent, hubs } = played('accepted')
  const seen: string[] = []
  const stream = new ReadableStream<Uint8Array>({
    pull: async controller => {
      await setTimeout(2)
      seen.push('item')
      if (!seen.includes('closed')) controller.enqueue(bytesOf(1))
    },
    cancel: () => void seen.push('closed'),
  })
  hubs.stream.calls$.subscribe(call => call.reply(stream))
  say(asked(5))
  say({ _tag: 'Cancel', id: 1 })
  await setTimeout(20)
  t.true(seen.includes('closed'))
  t.deepEqual(sent, [])
})

import test from 'ava'
import { EMPTY, from, mergeMap } from 'rxjs'
import { answer } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from '../peer/kitchen.js'
import { bytesOf, drawn, next, open, part, played, takeAll, written } from './rig.js'

test('a long request follows its Open in parts, and a long answer comes in parts', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const name = 'a name of thirty-six letters in all..'
    const { client$, left, right } = peers(Kitchen, client => client.incoming.greet.pipe(answer(text => text)), {
      client: { fragmentBytes: 16 },
      server: { fragmentBytes: 30 },
    })

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.greet(name))), '50ms !').toBe('40ms a', {
      a: name,
    })
    expectFrames(left).toBe(' H 9ms V 9ms (O~~N) 24ms (G|)', { O: { more: true } })
    expectFrames(right).toBe('H 9ms V 19ms (~R) 26ms (G|)')
  })
})

test('long items of a stream come in parts, which are granted as they arrive', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(
      Kitchen,
      client => client.incoming.chat.pipe(answer(() => ['x'.repeat(24), 'y'.repeat(24)])),
      { server: { fragmentBytes: 10 } },
    )
    const said$ = client$.pipe(mergeMap(({ remote }) => remote.chat(EMPTY, { credit: { items: 2, bytes: 10 } })))

    // of 26 bytes each: 10 leave, the rest once those are granted, and so on
    expectObservable(said$, '150ms !').toBe('80ms x 39ms y', { x: 'x'.repeat(24), y: 'y'.repeat(24) })
    expectFrames(right).toBe('H 9ms V 19ms ~ 19ms ~ 19ms (N~) 16ms ~ 19ms (NC) 46ms (G|)')
    expectFrames(left).toBe(' H 9ms V 9ms (OC) 16ms + 19ms + 19ms (++) 16ms + 19ms + 29ms (G|)', {
      '+': [
        { items: 0, bytes: 10 },
        { items: 0, bytes: 10 },
        { items: 1, bytes: 6 },
        { items: 0, bytes: 10 },
        { items: 0, bytes: 10 },
        // crosses the Complete: late, not wrong
        { items: 1, bytes: 6 },
      ],
    })
  })
})

test('while the pipe has room for a part at a time, long messages take turns, and short ones get in between', t => {
  const { open: call, sent, writable, outgoing } = played('dialled')
  // full after each part, as a socket is
  outgoing.subscribe(({ _tag }) => {
    if (_tag === 'Fragment') writable.next(false)
  })
  call('request', bytesOf(350), written())
  call('request', bytesOf(350), written())
  writable.next(true)
  writable.next(true)
  call('request', bytesOf(5), written())
  for (let i = 0; i < 6; i++) writable.next(true)

  t.deepEqual(drawn(sent), [
    'Open 1 more',
    'Fragment 1 100',
    // the second call gets in
    'Open 3 more',
    'Fragment 1 100',
    'Fragment 3 100',
    // and the short one
    'Open 5 5',
    'Fragment 1 100',
    'Fragment 3 100',
    'Next 1 50',
    'Fragment 3 100',
    'Next 3 50',
  ])
})

test('the next item of a call, and its end, wait until the last part of the item before has left', t => {
  const { open: call, say, sent, writable, outgoing } = played('dialled')
  outgoing.subscribe(({ _tag }) => {
    if (_tag === 'Fragment') writable.next(false)
  })
  call('upload', [bytesOf(150), bytesOf(3)], written())
  say({ _tag: 'Credit', id: 1, items: 10, bytes: 1_000 })
  t.deepEqual(drawn(sent), ['Open 1', 'Fragment 1 100'])
  writable.next(true)
  t.deepEqual(drawn(sent).slice(2), ['Next 1 50', 'Next 1 3', 'Complete 1'])
})

test('parts wait for credit, the item itself counts with its last part', t => {
  const { open: call, say, sent } = played('dialled')
  call('upload', [bytesOf(250), bytesOf(3)], written())
  say({ _tag: 'Credit', id: 1, items: 1, bytes: 1 })
  t.deepEqual(drawn(sent).slice(1), ['Fragment 1 100'])
  say({ _tag: 'Credit', id: 1, items: 0, bytes: 100 })
  t.deepEqual(drawn(sent).slice(2), ['Fragment 1 100'])
  say({ _tag: 'Credit', id: 1, items: 0, bytes: 1_000 })
  t.deepEqual(drawn(sent).slice(3), ['Next 1 50'])
  say({ _tag: 'Credit', id: 1, items: 1, bytes: 0 })
  t.deepEqual(drawn(sent).slice(4), ['Next 1 3'])
})

test('parts are not granted again while the consumer holds an item: it never holds more than its window and one item', t => {
  const { open: call, say, sent } = played('dialled')
  const consumer = written(true)
  const flow = call('stream', bytesOf(0), consumer, { credit: { items: 10, bytes: 200 } })
  say(part(1, 100))
  t.deepEqual(drawn(sent).slice(1), ['Credit 1 0/100'])
  say(next(1, 100, 100))
  t.deepEqual(consumer.items, [bytesOf(200)])
  say(part(1, 100))
  t.is(sent.length, 2, 'the first item is still in hand')
  flow.consumed(consumer.sizes[0]!)
  t.deepEqual(drawn(sent).slice(2), ['Credit 1 1/200'])
})

test('what cannot be paused leaves in bursts: a pipe that is never full does not hold up the event loop', t => {
  const {
    open: call,
    sent,
    scheduler,
  } = played('dialled', {
    fragmentBytes: 65_536,
    far: { frameBytes: 2 ** 24, messageBytes: 2 ** 26, calls: 8 },
  })
  call('request', new Uint8Array(2 ** 24), written(), { timeout: Infinity })
  t.true(sent.length < 70, 'about 4 MiB')
  scheduler.flush()
  t.is(sent.length, 1 + 256)
})

for (const [what, frames] of [
  ['cancelled', [{ _tag: 'Cancel', id: 1 }]],
  ['failed', [{ _tag: 'Fail', id: 1, code: 'DEFECT', message: 'oops' }]],
] as const)
  test(`a request that is ${what} while it arrives is forgotten, and what still comes of it is late`, t => {
    const { say, calls, violations, hubs } = played('accepted')
    const taken = takeAll(hubs.request)
    say(open(1, 0, true))
    say(part(1, 50))
    t.deepEqual([calls.size, calls.partial > 0], [1, true])
    for (const frame of frames) say(frame)
    t.deepEqual([calls.size, calls.partial], [0, 0])
    say(part(1, 50))
    say(next(1, 50))
    t.deepEqual([taken.length, calls.partial, violations], [0, 0, []])
  })

test('a request whose deadline is over while it arrives ends with TIMEOUT', t => {
  const { say, calls, sent, scheduler } = played('accepted')
  say({ ...open(1, 0, true), timeoutMs: 20 })
  say(part(1, 50))
  scheduler.flush()
  t.deepEqual(sent, [{ _tag: 'Fail', id: 1, code: 'TIMEOUT', message: '' }])
  t.deepEqual([calls.size, calls.partial], [0, 0])
})

test('the time that a request takes to arrive counts', t => {
  const { say, hubs, scheduler } = played('accepted')
  const taken = takeAll(hubs.request)
  say({ ...open(1, 0, true), timeoutMs: 20 })
  scheduler.schedule(() => say(next(1, 50)), 15)
  scheduler.maxFrames = 16
  scheduler.flush()
  t.is(taken[0]?.deadline, 20)
})

test('giving a call up drops what has not left of its request', t => {
  const { open: call, sent, writable, outgoing } = played('dialled')
  outgoing.subscribe(({ _tag }) => {
    if (_tag === 'Fragment') writable.next(false)
  })
  call('request', bytesOf(900), written()).unsubscribe()
  writable.next(true)
  t.deepEqual(drawn(sent), ['Open 1 more', 'Fragment 1 100', 'Cancel 1'])
})

test('a long event has left with its last part, and counts as open until then', t => {
  const { open: call, calls, sent, writable, outgoing } = played('dialled')
  outgoing.subscribe(({ _tag }) => {
    if (_tag === 'Fragment') writable.next(false)
  })
  const said = written()
  call('event', bytesOf(150), said)
  t.deepEqual([said.end, calls.size], [undefined, 1])
  writable.next(true)
  t.deepEqual([said.end, calls.size], ['complete', 0])
  t.deepEqual(drawn(sent), ['Open 1 more', 'Fragment 1 100', 'Next 1 50'])
})

test('a long event arrives whole', t => {
  const { say, hubs, calls } = played('accepted')
  const taken = takeAll(hubs.event)
  say(open(1, 4, true))
  say(part(1, 100))
  say(next(1, 50, 100))
  t.deepEqual(
    taken.map(call => call.request),
    [bytesOf(150)],
  )
  t.is(calls.size, 0)
})

test('a long answer that has begun to leave is not let go of, nor given twice', t => {
  const { say, hubs, sent, writable, outgoing } = played('accepted')
  outgoing.subscribe(({ _tag }) => {
    if (_tag === 'Fragment') writable.next(false)
  })
  const settled: string[] = []
  const serving = hubs.request.calls$
    .pipe(answer(() => from([bytesOf(150), bytesOf(3)])))
    .subscribe(({ _tag }) => settled.push(_tag))
  say(open(1, 0))
  t.deepEqual(settled, [])
  serving.unsubscribe()
  writable.next(true)
  t.deepEqual(drawn(sent), ['Fragment 1 100', 'Reply 1 50'])
})

import test from 'ava'
import { from, map, mergeMap, NEVER, of, Observable, Subject, tap, throwError, timer, concat, finalize } from 'rxjs'
import { serve } from 'sluice'
import { marbles } from 'sluice/testing'
import { bytesOf, drawn, open, played, takeAll, written } from '../call/rig.js'
import { Kitchen } from '../peer/kitchen.js'

/** The rules of Reactive Streams, 1: what a publisher owes. Here: the producer of a stream, and the wire between. */

const credit = (id: number, items: number, bytes = 1_000) => ({ _tag: 'Credit', id, items, bytes }) as const
const asked = { ...open(1, 1), credit: { items: 2, bytes: 1_000 } }

function* endless() {
  for (;;) yield bytesOf(1)
}

test('1.1: a producer never sends more items than were asked for', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply(endless()))
  say(asked)
  t.is(sent.length, 2)
  say(credit(1, 3))
  t.is(sent.length, 5)
})

test('1.1: an Observable that emits more has the rest wait', t => {
  const { say, sent, hubs } = played('accepted')
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => call.reply(source))
  say(asked)
  for (let i = 0; i < 5; i++) source.next(bytesOf(1))
  t.is(sent.length, 2)
  say(credit(1, 9))
  t.is(sent.length, 5)
})

test('1.2: a producer may send fewer items than were asked for, and end', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call => call.reply([bytesOf(1)]))
  say(asked)
  t.deepEqual(drawn(sent), ['Next 1 1', 'Complete 1'])
})

test('1.3: signals are in order: what is emitted while an item is being sent comes after it', t => {
  const { say, sent, hubs, outgoing } = played('accepted')
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => call.reply(source))
  say({ ...asked, credit: { items: 9, bytes: 1_000 } })
  outgoing.subscribe(frame => {
    if (frame._tag === 'Next' && frame.payload.length < 4) source.next(bytesOf(frame.payload.length + 1))
  })
  source.next(bytesOf(1))
  source.complete()
  t.deepEqual(drawn(sent), ['Next 1 1', 'Next 1 2', 'Next 1 3', 'Next 1 4', 'Complete 1'])
})

test('1.4: a producer that fails ends the stream with its failure, behind the items before', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.stream.calls$.subscribe(call =>
    call.reply(
      concat(
        of(bytesOf(1), bytesOf(2), bytesOf(3)),
        throwError(() => new Error('oops')),
      ),
    ),
  )
  say(asked)
  t.deepEqual(drawn(sent), ['Next 1 1', 'Next 1 2'])
  say(credit(1, 1))
  t.deepEqual(drawn(sent).slice(2), ['Next 1 3', 'Fail 1'])
})

test('1.4: a connection that ends is a failure of the stream, and not its completion', t => {
  const { open: call, calls } = played('dialled')
  const consumer = written()
  call('stream', bytesOf(0), consumer)
  calls.end(() => Object.assign(new Error('gone'), { _tag: 'Disconnected' }))
  t.like(consumer.end, { _tag: 'Disconnected' })
})

test('1.5: a stream that is finite completes', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, client => client.incoming.ticks.pipe(map(call => call.reply([1, 2]))))
    const ticks$ = client$.pipe(mergeMap(({ remote }) => concat(remote.ticks(0), of(9))))

    expectObservable(ticks$, '90ms !').toBe('40ms (abc)', { a: 1, b: 2, c: 9 })
  })
})

for (const [how, end] of [
  ['completed', (source: Subject<Uint8Array>) => source.complete()],
  ['failed', (source: Subject<Uint8Array>) => source.error(new Error('oops'))],
] as const)
  test(`1.7: once a stream has ${how} nothing more is sent, whatever is granted`, t => {
    const { say, sent, hubs, violations } = played('accepted')
    const source = new Subject<Uint8Array>()
    hubs.stream.calls$.subscribe(call => call.reply(source))
    say(asked)
    end(source)
    source.next(bytesOf(1))
    say(credit(1, 5))
    t.deepEqual([sent.length, violations], [1, []])
  })

test('1.6, 1.7: what comes behind the end of a stream is late, and reaches nobody', t => {
  const { open: call, say, violations } = played('dialled')
  const consumer = written()
  call('stream', bytesOf(0), consumer)
  say({ _tag: 'Complete', id: 1 })
  say({ _tag: 'Next', id: 1, payload: bytesOf(1) })
  say({ _tag: 'Fail', id: 1, code: 'DEFECT', message: 'late' })
  t.deepEqual([consumer.items.length, consumer.end, violations], [0, 'complete', []])
})

test('1.8: a producer stops when the stream is cancelled, and what it still emits goes nowhere', t => {
  const { say, sent, hubs } = played('accepted')
  let stopped = 0
  const source = new Subject<Uint8Array>()
  hubs.stream.calls$.subscribe(call => call.reply(source.pipe(finalize(() => stopped++))))
  say(asked)
  say({ _tag: 'Cancel', id: 1 })
  source.next(bytesOf(1))
  t.deepEqual([stopped, sent], [1, []])
})

test('1.9: whoever subscribes holds the subscription before the first item comes', t => {
  const order: string[] = []
  marbles(t, ({ peers, run }) => {
    const { client$ } = peers(Kitchen, client => serve(client, { ...nothing, ticks: () => [1] }), { latency: 0 })
    const noted = <T>(source$: Observable<T>): Observable<T> =>
      new Observable(subscriber => {
        source$.subscribe(subscriber)
        order.push('subscribed')
      })
    const ticks$ = client$.pipe(mergeMap(({ remote }) => noted(remote.ticks(0))))
    run(ticks$.pipe(tap(() => order.push('item'))))
  })
  t.deepEqual(order, ['subscribed', 'item'])
})

test('1.10, 1.11: each subscription is a call of its own, with all items and its own demand', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, left } = peers(Kitchen, client => serve(client, { ...nothing, ticks: () => from([1, 2]) }))
    const twice$ = client$.pipe(
      mergeMap(({ remote }) => {
        const ticks$ = remote.ticks(0)
        return concat(ticks$, timer(5).pipe(mergeMap(() => ticks$)))
      }),
    )
    expectObservable(twice$, '90ms !').toBe('40ms (ab) 21ms (ab)', { a: 1, b: 2 })
    expectFrames(left).toBe('H 9ms V 9ms O 24ms O 44ms (G|)', { O: [{ id: 1 }, { id: 3 }] })
  })
})

test('1.11: a stream that is passed to two is to be shared on purpose: requests$ has one subscriber', t => {
  const { say, hubs } = played('accepted')
  const taken = takeAll(hubs.upload)
  say(open(1, 2))
  const second = written()
  taken[0]?.requests$.start(written())
  taken[0]?.requests$.start(second)
  t.regex((second.end as { readonly message: string }).message, /share\(\)/)
})

const nothing = {
  greet: (name: string) => name,
  bake: () => '',
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => undefined,
}

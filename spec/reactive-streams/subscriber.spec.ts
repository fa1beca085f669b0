import test from 'ava'
import * as io from 'io-ts'
import { firstValueFrom, mergeMap, throwError, EMPTY, toArray } from 'rxjs'
import { contract, memoryPipes, peer, serve, stream } from 'sluice'
import { bytesOf, drawn, next, open, part, played, takeAll, written } from '../call/rig.js'

/** The rules of Reactive Streams, 2: what a subscriber owes. Here: the consumer of a stream, and this end for it. */

test('2.1: demand is always signalled: a plain subscription asks for 256 items and 1 MiB', t => {
  const { open: call, sent } = played('dialled')
  call('stream', bytesOf(0), written())
  t.like(sent[0], { _tag: 'Open', credit: { items: 256, bytes: 1024 * 1024 } })
})

test('2.1: nobody who takes items, no demand: an upload’s is signalled when somebody subscribes', t => {
  const { say, sent, hubs } = played('accepted')
  const taken = takeAll(hubs.upload)
  say(open(1, 2))
  t.deepEqual(sent, [])
  taken[0]?.requests$.start(written())
  t.deepEqual(drawn(sent), ['Credit 1 256/1048576'])
})

test('2.2: a plain subscription takes an item by returning from next, and demand follows in halves of the window', t => {
  const { open: call, say, sent } = played('dialled')
  call('stream', bytesOf(0), written(), { credit: { items: 4, bytes: 1_000 } })
  say(next(1, 1))
  t.is(sent.length, 1)
  say(next(1, 1))
  t.deepEqual(drawn(sent).slice(1), ['Credit 1 2/2'])
})

test('2.4: after the end a consumer that still grants or cancels says nothing to the far end', t => {
  const { open: call, say, sent } = played('dialled')
  const flow = call('stream', bytesOf(0), written(true), { credit: { items: 1, bytes: 10 } })
  say(next(1, 5))
  say({ _tag: 'Complete', id: 1 })
  flow.consumed(5)
  flow.unsubscribe()
  t.is(sent.length, 1)
})

test('2.5, 2.12: an id is a call’s once: a second Open with it is a violation', t => {
  for (const id of [1, 3]) {
    const { say, violations, hubs } = played('accepted')
    takeAll(hubs.stream)
    say(open(3, 1))
    say(open(id, 1))
    t.is(violations.length, 1)
  }
})

test('2.6: leaving a stream cancels it, once', t => {
  const { open: call, sent } = played('dialled')
  const flow = call('stream', bytesOf(0), written())
  flow.unsubscribe()
  flow.unsubscribe()
  t.deepEqual(drawn(sent), ['Open 1', 'Cancel 1'])
})

test('2.8: items that were on their way when the stream was left are dropped, no more of them than were granted', t => {
  const { open: call, say, violations } = played('dialled')
  const consumer = written()
  call('stream', bytesOf(0), consumer, { credit: { items: 2, bytes: 100 } }).unsubscribe()
  say(next(1, 1))
  say(part(1, 1))
  t.deepEqual([consumer.items.length, consumer.end, violations], [0, undefined, []])

  const { say: sayToServer, hubs, violations: broken } = played('accepted', { method: { credit: { items: 2 } } })
  const taken = takeAll(hubs.upload)
  sayToServer(open(1, 2))
  const items = written()
  taken[0]?.requests$.start(items).unsubscribe()
  for (let i = 0; i < 2; i++) sayToServer(next(1, 1))
  t.deepEqual([items.items.length, broken], [0, []])
  sayToServer(next(1, 1))
  t.is(broken.length, 1, 'the one past the credit')
})

for (const [rule, what, answer, frame] of [
  ['2.9', 'completes', EMPTY, 'Complete 1'],
  ['2.10', 'fails', throwError(() => new Error('oops')), 'Fail 1'],
] as const)
  test(`${rule}: a stream ${what} without any demand`, t => {
    const { say, sent, hubs } = played('accepted')
    hubs.stream.calls$.subscribe(call => call.reply(answer))
    say({ ...open(1, 1), credit: { items: 0, bytes: 0 } })
    t.deepEqual(drawn(sent), [frame])
  })

test('2.13: undefined is a value like any other where the contract has it, and an invalid one where it has not', async t => {
  const Nothings = contract('spec.Nothings', {
    nothings: stream(io.void, io.undefined),
    numbers: stream(io.void, io.number),
  })
  const { dial, pipes$ } = memoryPipes()
  const serving = pipes$
    .pipe(
      peer({ serves: Nothings }),
      mergeMap(client =>
        serve(client, { nothings: () => [undefined, undefined], numbers: () => [undefined as never] }),
      ),
    )
    .subscribe()
  t.teardown(() => serving.unsubscribe())
  const nothings$ = dial.pipe(
    peer({ uses: Nothings }),
    mergeMap(({ remote }) => remote.nothings().pipe(toArray())),
  )
  t.deepEqual(await firstValueFrom(nothings$), [undefined, undefined])
  const numbers$ = dial.pipe(
    peer({ uses: Nothings }),
    mergeMap(({ remote }) => remote.numbers()),
  )
  await t.throwsAsync(firstValueFrom(numbers$), { name: 'InvalidPayload' })
})

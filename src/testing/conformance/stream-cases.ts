import { concat, concatMap, finalize, from, map, mergeMap, NEVER, Observable, of, range, take, tap, timer } from 'rxjs'
import { paced } from '../../call/paced.js'
import { check, same, tagOf } from './check.js'
import { group } from './conformance-case.js'
import type { Item, Production } from './conformance-contract.js'
import { allOf, errorOf, failsWith, freshKey, oneOf, untilDone, withFar } from './connect.js'
import { record } from './record.js'
import { within } from './waiting.js'

/** What is asked of `produce`: pulled, weightless and complete, unless told. */
export const producing = (items: number, more: Partial<Production> = {}): Production => ({
  key: freshKey(),
  items,
  bytes: 0,
  source: 'pulled',
  end: 'complete',
  ...more,
})

/** Items as this end sends them; without a number there is no end. */
export function* numbered(items = Infinity, filler = new Uint8Array(0)): Generator<Item, void> {
  for (let n = 0; n < items; n += 1) yield { n, filler }
}

/** Fails unless items are numbered from 0 to as many as there have to be. */
export const inOrder = (items: readonly Item[], count: number, what: string): void => {
  same(items.length, count, `${what}, items`)
  const at = items.findIndex(({ n }, i) => n !== i)
  check(at === -1, `${what}: item ${at} is number ${items[at]?.n}`)
}

/** Many values, in either direction. */
export const streamCases = group('streams', [
  [
    'a stream of nothing completes',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const source of ['pulled', 'pushed', 'timed'] as const)
          inOrder(await allOf(remote.produce(producing(0, { source })), source), 0, source)
      }),
  ],
  [
    'a stream of one item gives it and completes',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const source of ['pulled', 'pushed', 'timed'] as const)
          inOrder(await allOf(remote.produce(producing(1, { source })), source), 1, source)
      }),
  ],
  [
    'a stream of ten thousand items gives them all, in order',
    subject =>
      withFar(subject, async ({ remote }) => {
        inOrder(await allOf(remote.produce(producing(10_000)), 'the stream'), 10_000, 'the stream')
      }),
  ],
  [
    'a stream without end gives what is taken of it, and its producer is let go',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1)
        inOrder(await allOf(talk.remote.produce(production).pipe(take(1_000)), 'the stream'), 1_000, 'the stream')
        const { cancelled } = await untilDone(talk, production.key, ({ over }) => over === 1, 'the end of the producer')
        same(cancelled, 1, 'calls that were cancelled')
      }),
  ],
  [
    'a stream that fails before its first item gives none, and its failure',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const source of ['pulled', 'pushed', 'timed'] as const) {
          const notes = record(remote.produce(producing(0, { source, end: 'fail' })))
          const end = await within(notes.ended, source)
          check('error' in end && tagOf(end.error) === 'Failure', `${source}: it did not fail as it was asked to`)
          inOrder(notes.values, 0, source)
        }
      }),
  ],
  [
    'a stream that fails in its midst gives all that came before, and its failure',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const end of ['fail', 'defect'] as const) {
          const notes = record(remote.produce(producing(700, { end, source: 'pushed' })))
          const how = await within(notes.ended, end)
          const tag = end === 'fail' ? 'Failure' : 'Defect'
          check('error' in how && tagOf(how.error) === tag, `${end}: it did not fail with ${tag}`)
          inOrder(notes.values, 700, end)
        }
      }),
  ],
  [
    'an upload is answered once its items are over',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const count of [0, 1, 3_000]) {
          const got = await oneOf(remote.collect(numbered(count)), 'the answer')
          same(`${got.items} ${got.inOrder}`, `${count} true`, 'items, in order')
        }
      }),
  ],
  [
    'an upload that is answered early lets its producer go',
    subject =>
      withFar(subject, async ({ remote }) => {
        let letGo = 0
        const items$ = timer(0, 1).pipe(
          map(n => ({ n, filler: new Uint8Array(0) })),
          finalize(() => (letGo += 1)),
        )
        const got = await oneOf(remote.collect(items$, { metadata: { most: '5' } }), 'the answer')
        same(got.items, 5, 'items')
        same(letGo, 1, 'producers let go')
      }),
  ],
  [
    'an upload whose items fail is given up at both ends',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        const failing$ = concat(from(numbered(3)), new Observable<never>(to => to.error(new RangeError('no more'))))
        const error = await errorOf(talk.remote.collect(failing$, { metadata: { key } }), 'the upload')
        same(tagOf(error), 'RangeError', 'the error')
        await untilDone(talk, key, ({ over }) => over === 1, 'the end at the far end')
      }),
  ],
  [
    'a channel goes both ways at once, in order',
    subject =>
      withFar(subject, async ({ remote }) => {
        const there = Array.from({ length: 3 }, () => allOf(remote.converse(numbered(1_500)), 'a channel'))
        for (const back of await Promise.all(there)) inOrder(back, 1_500, 'what came back')
      }),
  ],
  [
    'a channel whose caller has ended its half is still told the rest',
    subject =>
      withFar(subject, async ({ remote }) => {
        const back = await allOf(remote.converse(numbered(20), { metadata: { mode: 'after' } }), 'the channel')
        inOrder(back, 5, 'what came after')
      }),
  ],
  [
    'a channel that the far end has ended is over, and the caller stops sending',
    subject =>
      withFar(subject, async ({ remote }) => {
        let letGo = 0
        const endless$ = concat(from(numbered(10)), NEVER).pipe(finalize(() => (letGo += 1)))
        const back = await allOf(remote.converse(endless$, { metadata: { mode: 'until', most: '4' } }), 'the channel')
        inOrder(back, 4, 'what came back')
        same(letGo, 1, 'producers let go')
      }),
  ],
  [
    'the far end streams from here, and passes it on',
    subject =>
      withFar(subject, async ({ remote, ledger }) => {
        const production = producing(2_000)
        inOrder(await allOf(remote.produceBack(production), 'the stream'), 2_000, 'the stream')
        same(ledger.of(production.key).sent, 2_000, 'items that were produced here')
      }),
  ],
  [
    'a slow consumer slows a pulled producer down: it is never more than a window ahead',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1, { bytes: 1_000 })
        let worst = 0
        const slow$ = paced(
          talk.remote.produce(production, { credit: { items: 32, bytes: 1_048_576 } }),
          ({ n }) => timer(2).pipe(map(() => n)),
          1,
        ).pipe(
          concatMap(n =>
            n % 20 === 0
              ? talk.remote.doings(production.key).pipe(map(({ sent }) => (worst = Math.max(worst, sent - n))))
              : of(n),
          ),
          take(100),
        )
        same((await allOf(slow$, 'the stream')).length, 100, 'items')
        // the item at hand, what has arrived, and what was granted since it was taken
        check(worst <= 32 + 20, `the producer was ${worst} items ahead`)
      }),
  ],
  [
    'a producer that pushes more at once than its buffer holds ends in Overflow, and nothing else does',
    subject =>
      withFar(subject, async ({ remote }) => {
        inOrder(await allOf(remote.produce(producing(1_000, { source: 'pushed' })), 'a thousand'), 1_000, 'a thousand')
        await failsWith(remote.produce(producing(200_000, { source: 'pushed' })), 'Overflow', 'two hundred thousand')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'ten thousand streams are opened and closed, by either end, and the connection is as it was',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        for (let thousand = 0; thousand < 10; thousand += 1) {
          const ended$ = range(0, 1_000).pipe(
            mergeMap(i => talk.remote.produce(producing(i % 2 === 0 ? 1 : -1, { key })).pipe(take(1)), 100),
          )
          same((await allOf(ended$, 'a thousand streams')).length, 1_000, 'streams')
        }
        const { begun } = await untilDone(talk, key, ({ over, begun: all }) => over === all, 'their ends')
        same(begun, 10_000, 'streams begun')
        same(await oneOf(talk.remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'what is emitted by a callback of the same stream is neither lost nor out of order',
    subject =>
      withFar(subject, async ({ remote }) => {
        const inside: Promise<string>[] = []
        const outer = remote
          .produce(producing(50))
          .pipe(tap(({ n }) => inside.push(oneOf(remote.say(String(n)), 'a call from within'))))
        inOrder(await allOf(outer, 'the stream'), 50, 'the stream')
        same((await Promise.all(inside)).join(), Array.from({ length: 50 }, (_, i) => i).join(), 'calls from within')
      }),
  ],
])

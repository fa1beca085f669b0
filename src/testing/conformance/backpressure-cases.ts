import { mergeMap, NEVER, type Observable, of, Subject, take, tap, timer, toArray } from 'rxjs'
import { paced } from '../../call/paced.js'
import { atMost, check, same } from './check.js'
import { group } from './conformance-case.js'
import type { Item } from './conformance-contract.js'
import { freshKey, oneOf, untilDone, withFar, type Talk } from './connect.js'
import { record } from './record.js'
import { producing } from './stream-cases.js'
import { until, within } from './waiting.js'

/** How far a producer has come, once it has stood still for a while. */
const standstill = async (count: () => number | Promise<number>, what: string): Promise<number> => {
  let last = -1
  let since = Date.now()
  return until(async () => {
    const now = await count()
    if (now !== last) since = Date.now()
    last = now
    return now > 0 && Date.now() - since > 100 ? now : undefined
  }, what)
}

const sentBy =
  ({ remote }: Talk, key: string) =>
  async (): Promise<number> =>
    (await oneOf(remote.doings(key), 'doings')).sent

/** Items that count how many of them were asked for, and whether they were let go. */
const counted = (
  filler: Uint8Array,
): Iterable<Item> & { readonly asked: () => number; readonly letGo: () => boolean } => {
  let n = 0
  let gone = false
  return {
    asked: () => n,
    letGo: () => gone,
    [Symbol.iterator]: () => ({
      next: () => ({ value: { n: n++, filler } }),
      return: () => {
        gone = true
        return { done: true, value: undefined }
      },
    }),
  }
}

/** Demand crosses the transport: no producer runs away from its consumer. */
export const backpressureCases = group('backpressure', [
  [
    'a far producer whose consumer takes nothing stops at the window, in items',
    subject =>
      withFar(subject, async talk => {
        for (const items of [1, 4, 256]) {
          const production = producing(-1)
          const held = record(paced(talk.remote.produce(production, { credit: { items } }), () => NEVER))
          same(await standstill(sentBy(talk, production.key), 'items'), items, `items, of a window of ${items}`)
          held.unsubscribe()
        }
      }),
  ],
  [
    'a far producer whose consumer takes nothing stops at the window, in bytes',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1, { bytes: 1_000 })
        const credit = { items: 10_000, bytes: 20_000 }
        const held = record(paced(talk.remote.produce(production, { credit }), () => NEVER))
        // the last item may go over it
        atMost(await standstill(sentBy(talk, production.key), 'items'), 20, 'items of a thousand bytes and more')
        held.unsubscribe()
      }),
  ],
  [
    'a far producer goes on by as much as its consumer is done with',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1)
        const done$ = new Subject<void>()
        let taken = 0
        const held = record(
          paced(
            talk.remote.produce(production, { credit: { items: 8 } }),
            () => {
              taken += 1
              return done$.pipe(take(1))
            },
            1,
          ),
        )
        same(await standstill(sentBy(talk, production.key), 'items'), 8, 'items at first')
        for (let i = 0; i < 13; i += 1) {
          const before = taken
          await until(() => (taken > 0 ? true : undefined), 'an item')
          done$.next()
          await until(() => (taken > before ? true : undefined), 'the next item')
        }
        const sent = await standstill(sentBy(talk, production.key), 'items')
        check(sent > 13 && sent <= 13 + 8, `13 items were done, and ${sent} were sent`)
        held.unsubscribe()
      }),
  ],
  [
    'a producer here whose items the far end does not take stops at the window, and is let go with its call',
    subject =>
      withFar(subject, async talk => {
        for (const method of ['collect', 'converse'] as const) {
          const key = freshKey()
          const items = counted(new Uint8Array(100))
          const call$: Observable<unknown> = talk.remote[method](items, { metadata: { key, holds: '0' } })
          const held = record(call$)
          atMost(await standstill(items.asked, 'items'), 256, 'items that were asked for')
          held.unsubscribe()
          check(items.letGo(), 'the producer was not let go')
          await untilDone(talk, key, ({ over }) => over === 1, 'the end of the work')
        }
      }),
  ],
  [
    'a producer here goes as fast as a slow far consumer',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        const items = counted(new Uint8Array(20_000))
        const metadata = { key, everyMs: '3', most: '120' }
        const asked = record(talk.remote.collect(items, { metadata }))
        let worst = 0
        await until(async () => {
          const ahead = items.asked()
          const { taken } = await oneOf(talk.remote.doings(key), 'doings')
          worst = Math.max(worst, ahead - taken)
          return asked.end()
        }, 'the end')
        // a window of 1 MiB holds 52 of them
        atMost(worst, 54, 'items ahead of the far consumer')
      }),
  ],
  [
    'for await pulls one item at a time',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1)
        const iterate = async (): Promise<void> => {
          let taken = 0
          for await (const { n } of talk.remote.produce(production, { credit: { items: 2 } })) {
            same(n, taken, 'the item')
            taken += 1
            atMost(await sentBy(talk, production.key)(), taken + 2, 'items that were sent')
            if (taken === 20) break
          }
        }
        await within(iterate(), 'twenty items')
        await untilDone(talk, production.key, ({ over }) => over === 1, 'the end of the producer')
      }),
  ],
  [
    'a greedy stream does not starve a call beside it',
    subject =>
      withFar(subject, async talk => {
        let bytes = 0
        const greedy = record(
          talk.remote.produce(producing(-1, { bytes: 60_000 })).pipe(
            tap(({ filler }) => (bytes += filler.length)),
            mergeMap(() => of()),
          ),
        )
        await until(() => (bytes > 0 ? true : undefined), 'the greedy stream')
        for (let i = 0; i < 30; i += 1) await oneOf(talk.remote.say(`${i}`, { timeout: 10_000 }), 'a call beside')
        greedy.unsubscribe()
      }),
  ],
  [
    'more calls at once than the far end lets in wait for their turn, and are all answered',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        const asks = Array.from({ length: 600 }, () =>
          talk.remote.ask({ key, how: 'later', ms: 20 }, { timeout: 25_000 }),
        )
        const answers$ = of(...asks).pipe(
          mergeMap(ask$ => ask$),
          toArray(),
        )
        same((await oneOf(answers$, 'the answers')).length, 600, 'answers')
        same((await oneOf(talk.remote.doings(key), 'doings')).begun, 600, 'calls begun')
      }),
  ],
  [
    'a stream passed on is paced from end to end',
    subject =>
      withFar(subject, async ({ remote, ledger }) => {
        const production = producing(-1)
        const held = record(
          paced(remote.produceBack(production, { credit: { items: 4 } }), () => timer(0).pipe(mergeMap(() => NEVER))),
        )
        // this window, and the one in the middle
        atMost(await standstill(() => ledger.of(production.key).sent, 'items'), 4 + 256, 'items')
        held.unsubscribe()
      }),
  ],
])

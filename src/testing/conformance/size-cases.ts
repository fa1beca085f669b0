import { from, merge, take, tap } from 'rxjs'
import { atMost, check, same, sameBytes } from './check.js'
import { group } from './conformance-case.js'
import { conformanceLimits, type Item } from './conformance-contract.js'
import { allOf, failsWith, freshKey, oneOf, withFar } from './connect.js'
import { patterned } from './patterned.js'
import { record } from './record.js'
import { inOrder, producing } from './stream-cases.js'

/** What a message costs beside its bytes, at most. */
const around = 64

/** Messages that do not fit a frame, and messages that do not fit at all. */
export const sizeCases = group('big messages', [
  [
    'messages around the size of a part, and of several, come whole',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const size of [65_535, 65_536, 66_560, 66_561, 131_072, 1_000_003]) {
          const message = patterned(size, size)
          sameBytes(await oneOf(remote.echo(message), `${size} bytes`), message, `${size} bytes`)
        }
      }),
  ],
  [
    'a message up to the limit comes whole, there and back',
    subject =>
      withFar(subject, async ({ remote }) => {
        const message = patterned(conformanceLimits.messageBytes - around, 5)
        sameBytes(await oneOf(remote.echo(message), 'the message'), message, 'the message')
      }),
  ],
  [
    'a request over the limit fails with TooLarge, and the session goes on',
    subject =>
      withFar(subject, async ({ remote }) => {
        const message = patterned(conformanceLimits.messageBytes + 1)
        await failsWith(remote.echo(message), 'TooLarge', 'the request')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'an answer, and an item, over the limit fail with TooLarge, and the session goes on',
    subject =>
      withFar(subject, async ({ remote }) => {
        const tooMuch = conformanceLimits.messageBytes + 1
        await failsWith(remote.size(tooMuch), 'TooLarge', 'the answer')
        await failsWith(remote.produce(producing(3, { bytes: tooMuch })), 'TooLarge', 'the item')
        const items$ = from<readonly Item[]>([{ n: 0, filler: patterned(tooMuch) }])
        await failsWith(remote.collect(items$), 'TooLarge', 'the item that is sent')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'items larger than the whole window come one by one, both ways',
    subject =>
      withFar(subject, async ({ remote }) => {
        const production = producing(6, { bytes: 300_000 })
        const got = await allOf(remote.produce(production, { credit: { items: 2, bytes: 1_000 } }), 'the stream')
        inOrder(got, 6, 'the stream')
        check(
          got.every(({ filler }) => filler.length === 300_000),
          'an item is not whole',
        )
        const sent = from([0, 1, 2].map(n => ({ n, filler: patterned(1_500_000, n) })))
        const { bytes, inOrder: ordered } = await oneOf(remote.collect(sent), 'the upload')
        same(`${bytes} ${ordered}`, '4500000 true', 'bytes, in order')
      }),
  ],
  [
    'a small answer overtakes large ones that are under way',
    subject =>
      withFar(subject, async ({ remote }) => {
        const order: string[] = []
        const note = (what: string) => tap<unknown>(() => void order.push(what))
        // together more than is written in one go
        const large = Array.from({ length: 6 }, () => remote.size(conformanceLimits.messageBytes - around))
        const all$ = [...large.map(answer$ => answer$.pipe(note('large'))), remote.say('small').pipe(note('small'))]
        await allOf(merge(...all$), 'all of them')
        atMost(order.indexOf('small'), 3, 'large answers before the small one')
      }),
  ],
  [
    'large messages of many calls at once do not mix',
    subject =>
      withFar(subject, async ({ remote }) => {
        const messages = Array.from({ length: 8 }, (_, i) => patterned(200_000 + i * 1_001, i))
        const back = await Promise.all(messages.map((message, i) => oneOf(remote.echo(message), `message ${i}`)))
        for (const [i, message] of messages.entries()) sameBytes(back[i]!, message, `message ${i}`)
      }),
  ],
  [
    'what was given may be written over at once, and what came never changes',
    subject =>
      withFar(subject, async ({ remote }) => {
        const sizes = [1_000, 20_000, 65_536, 300_000]
        const messages = [...sizes, ...sizes, ...sizes].map((size, i) => patterned(size, i))
        const given = new Uint8Array(300_000)
        const back = await Promise.all(
          messages.map((message, i) => {
            given.set(message)
            return oneOf(remote.echo(given.subarray(0, message.length)), `message ${i}`)
          }),
        )
        for (const [i, message] of messages.entries()) sameBytes(back[i]!, message, `message ${i}`)
        // more of the same goes where these were read, and written
        for (const size of sizes) await oneOf(remote.echo(new Uint8Array(size)), 'a later message')
        for (const [i, message] of messages.entries()) sameBytes(back[i]!, message, `message ${i}, later`)
      }),
  ],
  [
    'a large message that is given up half-way leaves the rest as it was',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (let i = 0; i < 5; i += 1) {
          const given = record(remote.echo(patterned(1_000_000)))
          await oneOf(remote.nothing(), 'a call')
          given.unsubscribe()
        }
        const produced$ = remote.produce(producing(-1, { bytes: 400_000, key: freshKey() })).pipe(take(2))
        inOrder(await allOf(produced$, 'the stream'), 2, 'the stream')
        const message = patterned(500_000, 8)
        sameBytes(await oneOf(remote.echo(message), 'the next'), message, 'the next')
      }),
  ],
])

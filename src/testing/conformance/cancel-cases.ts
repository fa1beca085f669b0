import { concat, finalize, from, mergeMap, NEVER, type Observable, range, take } from 'rxjs'
import { check, same, tagOf } from './check.js'
import { group } from './conformance-case.js'
import { allOf, failsWith, freshKey, oneOf, untilDone, withFar, type Talk } from './connect.js'
import { record } from './record.js'
import { inOrder, numbered, producing } from './stream-cases.js'
import { until, within } from './waiting.js'

const stillThere = async ({ remote }: Talk): Promise<void> =>
  same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')

/** Giving a call up, at every moment of its life. */
export const cancelCases = group('cancel', [
  [
    'a call that nobody subscribes to is not made, and one whose signal was aborted before is not either',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        void talk.remote.ask({ key, how: 'atOnce', ms: 0 })
        const signal = AbortSignal.abort()
        await failsWith(talk.remote.ask({ key, how: 'atOnce', ms: 0 }, { signal }), 'Cancelled', 'the aborted call')
        await stillThere(talk)
        same((await oneOf(talk.remote.doings(key), 'doings')).begun, 0, 'calls begun')
      }),
  ],
  [
    'a call that is given up within the turn in which it was made leaves nothing at work',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        for (let i = 0; i < 50; i += 1) {
          talk.remote.ask({ key, how: 'never', ms: 0 }).subscribe().unsubscribe()
          talk.remote.produce(producing(-1, { key })).subscribe().unsubscribe()
        }
        await untilDone(talk, key, ({ begun, over }) => begun === over, 'the end of all')
        await stillThere(talk)
      }),
  ],
  [
    'a request that is given up while it is worked on is cancelled at the far end',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        const asked = record(talk.remote.ask({ key, how: 'never', ms: 0 }))
        await untilDone(talk, key, ({ begun }) => begun === 1, 'its begin')
        asked.unsubscribe()
        const { cancelled } = await untilDone(talk, key, ({ over }) => over === 1, 'its end')
        same(cancelled, 1, 'calls cancelled')
      }),
  ],
  [
    'a stream that is given up after its first item stops its producer, of whatever kind',
    subject =>
      withFar(subject, async talk => {
        for (const source of ['pulled', 'timed'] as const) {
          const production = producing(-1, { source })
          inOrder(await allOf(talk.remote.produce(production).pipe(take(1)), source), 1, source)
          const { cancelled } = await untilDone(talk, production.key, ({ over }) => over === 1, 'its end')
          same(cancelled, 1, 'calls cancelled')
        }
      }),
  ],
  [
    'giving a call up after its last item, and twice, changes nothing',
    subject =>
      withFar(subject, async talk => {
        const production = producing(3)
        const notes = record(talk.remote.produce(production))
        await within(notes.ended, 'the stream')
        notes.unsubscribe()
        notes.unsubscribe()
        const { cancelled, over } = await untilDone(talk, production.key, doings => doings.over === 1, 'its end')
        same(`${cancelled} ${over}`, '0 1', 'cancelled, over')
        const abort = new AbortController()
        const aborted = record(talk.remote.ask({ key: freshKey(), how: 'never', ms: 0 }, { signal: abort.signal }))
        abort.abort()
        abort.abort()
        aborted.unsubscribe()
        await stillThere(talk)
      }),
  ],
  [
    'a cancel that crosses the end of its call harms nobody',
    subject =>
      withFar(subject, async talk => {
        const crossing$ = range(0, 200).pipe(
          mergeMap(i => {
            const production = producing(3 + (i % 4), { source: i % 2 === 0 ? 'pulled' : 'timed' })
            // at its last item, at the one before, or just behind the end
            return talk.remote.produce(production).pipe(take(3 + (i % 5)))
          }, 20),
        )
        await allOf(crossing$, 'two hundred streams')
        await stillThere(talk)
      }),
  ],
  [
    'an AbortSignal ends a call with Cancelled, and the far end hears of it',
    subject =>
      withFar(subject, async talk => {
        const production = producing(-1, { source: 'timed' })
        const abort = new AbortController()
        const notes = record(talk.remote.produce(production, { signal: abort.signal }))
        await until(() => notes.values[2], 'three items')
        abort.abort()
        const end = notes.end()
        check(
          end !== undefined && 'error' in end && tagOf(end.error) === 'Cancelled',
          'it did not end with Cancelled, at once',
        )
        const { cancelled } = await untilDone(talk, production.key, ({ over }) => over === 1, 'its end')
        same(cancelled, 1, 'calls cancelled')
      }),
  ],
  [
    'an upload and a channel that are given up stop the producer here, and the work there',
    subject =>
      withFar(subject, async talk => {
        for (const method of ['collect', 'converse'] as const) {
          const key = freshKey()
          let letGo = 0
          const items$ = concat(from(numbered(5)), NEVER).pipe(finalize(() => (letGo += 1)))
          const call$: Observable<unknown> = talk.remote[method](items$, { metadata: { key } })
          const notes = record(call$)
          await untilDone(talk, key, ({ taken }) => taken === 5, 'five items')
          notes.unsubscribe()
          same(letGo, 1, 'producers let go')
          const { cancelled } = await untilDone(talk, key, ({ over }) => over === 1, 'its end')
          same(cancelled, 1, 'calls cancelled')
        }
      }),
  ],
  [
    'a call that is given up does not disturb those beside it',
    subject =>
      withFar(subject, async talk => {
        const beside = allOf(talk.remote.produce(producing(120, { source: 'timed' })), 'the stream beside')
        for (let i = 0; i < 40; i += 1)
          await allOf(talk.remote.produce(producing(-1)).pipe(take(1 + i)), 'a stream that is given up')
        inOrder(await beside, 120, 'the stream beside')
      }),
  ],
  [
    'a call that is made while another is being given up goes through',
    subject =>
      withFar(subject, async talk => {
        const answers: Promise<string>[] = []
        const given$ = talk.remote.produce(producing(-1)).pipe(
          finalize(() => answers.push(oneOf(talk.remote.say('from finalize'), 'the call'))),
          take(2),
        )
        await allOf(given$, 'the stream')
        same((await Promise.all(answers)).join(), 'from finalize', 'the answers')
      }),
  ],
  [
    'a cancel goes on through an end in the middle',
    subject =>
      withFar(subject, async ({ remote, ledger }) => {
        const production = producing(-1, { source: 'timed' })
        await allOf(remote.produceBack(production).pipe(take(2)), 'the stream')
        await until(() => (ledger.of(production.key).over === 1 ? true : undefined), 'the end of the producer here')
        same(ledger.of(production.key).cancelled, 1, 'calls cancelled')
      }),
  ],
])

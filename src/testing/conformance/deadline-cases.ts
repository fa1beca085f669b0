import { merge, NEVER, take, toArray } from 'rxjs'
import { check, same } from './check.js'
import { group } from './conformance-case.js'
import { conformanceLimits } from './conformance-contract.js'
import { allOf, failsWith, freshKey, oneOf, untilDone, withFar } from './connect.js'
import { record } from './record.js'
import { inOrder, numbered, producing } from './stream-cases.js'
import { pause, within } from './waiting.js'

/** Calls that may take so long, and no longer. */
export const deadlineCases = group('deadlines', [
  [
    'a call whose time is over before it is made is not made',
    subject =>
      withFar(subject, async ({ remote }) => {
        const key = freshKey()
        await failsWith(remote.ask({ key, how: 'later', ms: 5_000 }, { timeout: 0 }), 'Timeout', 'the call')
        const { begun, over } = await oneOf(remote.doings(key), 'doings')
        same(begun, over, 'calls begun, and over')
      }),
  ],
  [
    'a request that is not answered in time fails with Timeout, and the work on it ends',
    subject =>
      withFar(subject, async talk => {
        const key = freshKey()
        const since = Date.now()
        await failsWith(talk.remote.ask({ key, how: 'never', ms: 0 }, { timeout: 120 }), 'Timeout', 'the call')
        check(Date.now() - since >= 100, `it failed after ${Date.now() - since} of 120 ms`)
        await untilDone(talk, key, ({ begun, over }) => begun === 1 && over === 1, 'the end of the work')
      }),
  ],
  [
    'a stream, an upload and a channel have the time that they are given, and no more',
    subject =>
      withFar(subject, async talk => {
        const { remote } = talk
        const key = freshKey()
        const production = producing(2, { key, source: 'pushed', end: 'never' })
        const metadata = { key }
        const timeout = 500
        const notes = record(remote.produce(production, { timeout }))
        await Promise.all([
          within(notes.ended, 'the stream'),
          failsWith(remote.collect(NEVER, { timeout, metadata }), 'Timeout', 'the upload'),
          failsWith(remote.converse(NEVER, { timeout, metadata }), 'Timeout', 'the channel'),
        ])
        const end = notes.end()
        check(end !== undefined && 'error' in end, 'the stream did not fail')
        inOrder(notes.values, 2, 'what came in time')
        await untilDone(talk, key, ({ begun, over }) => begun === over, 'the end of all work')
      }),
  ],
  [
    'a call that ends in time is left alone when its time is over',
    subject =>
      withFar(subject, async ({ remote }) => {
        const timeout = 800
        const notes = record(
          merge(remote.say('in time', { timeout }), remote.collect(numbered(3), { timeout })).pipe(toArray()),
        )
        const end = await within(notes.ended, 'both')
        check('complete' in end, 'one of them failed')
        await pause(timeout + 50)
        same(notes.values.length, 1, 'values')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'the far end is told how much time is left',
    subject =>
      withFar(subject, async ({ remote }) => {
        const task = { key: freshKey(), how: 'patience', ms: 0 } as const
        const left = Number(await oneOf(remote.ask(task, { timeout: 4_000 }), 'what is left'))
        check(left > 0 && left <= 4_000, `it was told ${left} of 4,000 ms`)
        same(await oneOf(remote.ask(task, { timeout: Infinity }), 'what is left'), 'none', 'without a deadline')
      }),
  ],
  [
    'a call whose time is over while it waits for its turn fails with Timeout, and is never begun',
    subject =>
      withFar(subject, async talk => {
        const { remote } = talk
        const busy = freshKey()
        const held = Array.from({ length: conformanceLimits.calls }, () =>
          record(remote.ask({ key: busy, how: 'never', ms: 0 }, { timeout: Infinity })),
        )
        const key = freshKey()
        await failsWith(remote.ask({ key, how: 'atOnce', ms: 0 }, { timeout: 100 }), 'Timeout', 'the one too many')
        for (const { unsubscribe } of held) unsubscribe()
        await untilDone(talk, busy, ({ begun, over }) => begun === over, 'the end of the others')
        same((await oneOf(remote.doings(key), 'doings')).begun, 0, 'times it was begun')
      }),
  ],
  [
    'deadlines of many calls do not mix',
    subject =>
      withFar(subject, async ({ remote }) => {
        const short = Array.from({ length: 20 }, (_, i) =>
          failsWith(remote.ask({ key: freshKey(), how: 'never', ms: 0 }, { timeout: 50 + i * 5 }), 'Timeout', `${i}`),
        )
        const long = allOf(
          remote.produce(producing(-1, { source: 'timed' }), { timeout: 25_000 }).pipe(take(100)),
          'long',
        )
        await Promise.all(short)
        inOrder(await long, 100, 'the one with time enough')
      }),
  ],
])

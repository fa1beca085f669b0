import { check, same } from './check.js'
import { group } from './conformance-case.js'
import { allOf, connect, failsWith, freshKey, oneOf, untilDone, withFar, withFresh, type Talk } from './connect.js'
import { allFail, openCalls } from './open-calls.js'
import { record } from './record.js'
import { inOrder, producing } from './stream-cases.js'
import { within } from './waiting.js'

/** The connection has ended, at this end, without an error. */
const endedInOrder = async ({ ended, statuses }: Talk): Promise<void> => {
  const end = await within(ended, 'the end of the connection')
  check('complete' in end, `the connection failed: ${'error' in end ? String(end.error) : ''}`)
  const last = statuses.at(-1)
  check(last?._tag === 'Disconnected' && !('error' in last), `the last status is ${last?._tag}, with an error`)
}

const hearsHowItEnds = (watcher: Talk, key: string): Promise<string> =>
  untilDone(watcher, key, ({ notes }) => notes.length > 0, 'how the other end saw it').then(({ notes }) => notes.join())

/** Parting in order, from either end. */
export const closeCases = group('close', [
  [
    'close lets the calls that are open end, takes no new ones, and completes',
    subject =>
      withFresh(subject, async talk => {
        const task = { key: freshKey(), how: 'later', ms: 120 } as const
        const open = record(talk.remote.ask(task))
        const stream = record(talk.remote.produce(producing(60, { source: 'timed' })))
        await untilDone(talk, task.key, ({ begun }) => begun === 1, 'the begin of the call')
        const closed = record(talk.far.close('enough'))
        await failsWith(talk.remote.say('too late'), 'GoingAway', 'a call made meanwhile')
        check('complete' in (await within(closed.ended, 'close')), 'close failed')
        same(open.values.join(), task.key, 'the answer of the call that was open')
        inOrder(stream.values, 60, 'the stream that was open')
        await endedInOrder(talk)
      }),
  ],
  [
    'close waits no longer than its grace for calls that do not end',
    subject =>
      withFresh(
        subject,
        async talk => {
          const calls = await openCalls(talk)
          const closed = record(talk.far.close())
          check('complete' in (await within(closed.ended, 'close')), 'close failed')
          await allFail(calls, ['Disconnected'])
          await endedInOrder(talk)
        },
        { grace: 150, resume: false },
      ),
  ],
  [
    'the far end closes: calls that are open are answered, and the connection completes',
    subject =>
      withFresh(subject, async talk => {
        const task = { key: freshKey(), how: 'later', ms: 100 } as const
        const open = record(talk.remote.ask(task))
        await untilDone(talk, task.key, ({ begun }) => begun === 1, 'the begin of the call')
        talk.remote.leave().subscribe({ error: () => undefined })
        const end = await within(open.ended, 'the call that was open')
        check('complete' in end && open.values.join() === task.key, 'the call that was open was not answered')
        await endedInOrder(talk)
      }),
  ],
  [
    'hanging up is seen as an orderly end',
    subject =>
      withFar(subject, async watcher => {
        const key = freshKey()
        await withFresh(subject, async ({ remote }) => {
          remote.farewell(key).subscribe()
          await oneOf(remote.nothing(), 'a call')
        })
        same(await hearsHowItEnds(watcher, key), 'in order', 'the end')
      }),
    ['many clients'],
  ],
  [
    'what was said just before hanging up arrives',
    subject =>
      withFar(subject, async watcher => {
        for (let i = 0; i < 5; i += 1) {
          const key = freshKey()
          const talk = await connect(subject.dial)
          // less than any platform is full with: an event that waits for a pipe that is full is not said yet
          for (let n = 0; n < 50; n += 1) talk.remote.note({ key, text: `${n} ${'x'.repeat(200)}` }).subscribe()
          talk.hangUp() // in this very turn
          await untilDone(watcher, key, ({ notes }) => notes.length === 50, 'fifty events')
        }
      }),
    ['many clients'],
  ],
  [
    'flush completes once all that was said has been taken in',
    subject =>
      withFar(subject, watcher =>
        withFresh(subject, async ({ remote, far }) => {
          for (let i = 0; i < 5; i += 1) {
            const key = freshKey()
            for (let n = 0; n < 200; n += 1) remote.note({ key, text: 'x'.repeat(500) }).subscribe()
            await allOf(far.flush(), 'flush')
            same((await oneOf(watcher.remote.doings(key), 'doings')).notes.length, 200, 'events that have arrived')
          }
        }),
      ),
    ['many clients'],
  ],
  [
    'close is seen as an orderly end, and so is the end after it',
    subject =>
      withFar(subject, async watcher => {
        const key = freshKey()
        await withFresh(subject, async talk => {
          talk.remote.farewell(key).subscribe()
          await oneOf(talk.remote.nothing(), 'a call')
          await allOf(talk.far.close(), 'close')
          same(await hearsHowItEnds(watcher, key), 'in order', 'the end')
          await endedInOrder(talk)
          await failsWith(talk.remote.nothing(), 'Disconnected', 'a call afterwards')
        })
      }),
    ['many clients'],
  ],
])

import { mergeMap, tap } from 'rxjs'
import { check, same, sameBytes } from './check.js'
import { group } from './conformance-case.js'
import { allOf, connect, oneOf, untilDone, withFresh, type Talk } from './connect.js'
import { openCalls } from './open-calls.js'
import { patterned } from './patterned.js'
import { record } from './record.js'
import { inOrder, producing } from './stream-cases.js'
import { pause, until, within } from './waiting.js'

const fine = async ({ remote }: Talk): Promise<void> => same(await oneOf(remote.say('on'), 'a call'), 'on', 'a call')

/** One far program, many connections. */
export const clientCases = group('many clients', [
  [
    'twenty-five connections at once are served each by itself',
    ({ dial }) =>
      within(
        Promise.all(
          Array.from({ length: 25 }, (_, i) =>
            withFresh({ dial }, async ({ remote }) => {
              const message = patterned(2_000 + i, i)
              const [back, items, text] = await Promise.all([
                oneOf(remote.echo(message), 'an echo'),
                allOf(remote.produce(producing(100 + i)), 'a stream'),
                oneOf(remote.say(`client ${i}`), 'a text'),
              ])
              sameBytes(back, message, 'an echo')
              inOrder(items, 100 + i, 'a stream')
              same(text, `client ${i}`, 'a text')
            }),
          ),
        ).then(() => undefined),
        'all of them',
      ),
    ['many clients'],
  ],
  [
    'connections after one another are served as the first was',
    async ({ dial }) => {
      for (let i = 0; i < 15; i += 1) await withFresh({ dial }, fine)
    },
    ['many clients'],
  ],
  [
    'a connection over which nothing is said holds nobody up',
    async ({ dial }) => {
      const mute = record(dial)
      await until(() => mute.values[0], 'the mute connection')
      try {
        await withFresh({ dial }, fine)
      } finally {
        mute.unsubscribe()
      }
    },
    ['many clients'],
  ],
  [
    'a connection over which nonsense is said is cut off, and the others go on',
    ({ dial }) =>
      withFresh({ dial }, async talk => {
        const stream = allOf(talk.remote.produce(producing(120, { source: 'timed' })), 'the stream beside')
        const raw = record(dial)
        const pipe = await until(() => raw.values[0], 'the connection')
        const heard = record(pipe.incoming)
        pipe.outgoing.next(patterned(4_096, 77).fill(0xff, 0, 64))
        await within(heard.ended, 'its end')
        raw.unsubscribe()
        inOrder(await stream, 120, 'the stream beside')
        await fine(talk)
      }),
    ['many clients'],
  ],
  [
    'a connection that breaks takes no other with it',
    ({ dial }) =>
      withFresh({ dial }, async talk => {
        const stream = allOf(talk.remote.produce(producing(120, { source: 'timed' })), 'the stream beside')
        for (let i = 0; i < 5; i += 1) {
          const raw = record(dial)
          const pipe = await until(() => raw.values[0], 'a connection')
          pipe.outgoing.error(new Error('broken off'))
          await within(raw.ended, 'its end')
        }
        inOrder(await stream, 120, 'the stream beside')
      }),
    ['many clients'],
  ],
  [
    "one connection's greed does not starve another",
    ({ dial }) =>
      withFresh({ dial }, greedy =>
        withFresh({ dial }, async ({ remote }) => {
          let bytes = 0
          const much = record(
            greedy.remote.produce(producing(-1, { bytes: 60_000 })).pipe(
              tap(({ filler }) => (bytes += filler.length)),
              mergeMap(() => []),
            ),
          )
          await until(() => (bytes > 0 ? true : undefined), 'the greedy stream')
          for (let i = 0; i < 20; i += 1) same(await oneOf(remote.say(`${i}`), 'a call'), `${i}`, 'a call')
          much.unsubscribe()
        }),
      ),
    ['many clients'],
  ],
  [
    'hanging up ends the calls of that connection, and of no other',
    async ({ dial }) => {
      const [staying, leaving] = await Promise.all([connect(dial), connect(dial)])
      try {
        const [its, mine] = await Promise.all([openCalls(leaving), openCalls(staying)])
        leaving.hangUp()
        await untilDone(staying, its.key, ({ over, begun }) => over === begun, 'the end of its calls')
        await pause(20)
        same((await oneOf(staying.remote.doings(mine.key), 'doings')).over, 0, 'other calls that are over')
        for (const [name, notes] of mine.calls) check(notes.end() === undefined, `${name} of the other has ended`)
      } finally {
        leaving.hangUp()
        staying.hangUp()
      }
    },
    ['many clients'],
  ],
])

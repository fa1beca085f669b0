import { check, same } from '../conformance/check.js'
import { until } from '../conformance/waiting.js'
import type { CallFrame } from '../../wire/frame.js'
import { peerGroup } from './peer-conformance-case.js'
import { plenty, type PeerTalk } from './peer-talk.js'
import { session } from './with-peer.js'

const empty = new Uint8Array()

/** Waits until it has noted that. */
const noted = (talk: PeerTalk, note: string): Promise<true> =>
  until(async () => {
    const notes = String(await talk.answer(talk.call('notes', ''), 'notes'))
    return notes.split('\n').includes(note) ? true : undefined
  }, `the note '${note}'`)

/** Whatever may cross the end of a call on its way. */
const lateFrames = (id: number): readonly CallFrame[] => [
  { _tag: 'Credit', id, items: 5, bytes: 5 },
  { _tag: 'Next', id, payload: empty },
  { _tag: 'Complete', id },
  { _tag: 'Fragment', id, payload: empty },
  { _tag: 'Fail', id, code: 'DEFECT', message: '' },
  { _tag: 'Cancel', id },
]

const survives = async (talk: PeerTalk, id: number): Promise<void> => {
  talk.far.say(...lateFrames(id), ...lateFrames(id))
  await talk.far.staysQuiet(id)
  await talk.serves()
}

/** Cancels, deadlines, and frames that cross an end. */
export const endCases = peerGroup('Ends of a call', [
  [
    'ends the work of a request that is cancelled, and does not answer',
    session(async talk => {
      const id = talk.call('ask', 'never')
      talk.far.say({ _tag: 'Cancel', id })
      await noted(talk, 'cancelled ask')
      await talk.far.staysQuiet(id)
    }),
  ],
  [
    'ends a stream that is cancelled, also one that has credit',
    session(async talk => {
      const id = talk.call('count', { items: 4_000_000_000, size: 8, end: 'complete' }, { credit: plenty })
      await talk.next(id, 'count')
      talk.far.say({ _tag: 'Cancel', id })
      await talk.far.settles()
      // what came before that crossed the Cancel
      for (const _ of talk.far.heardOf(id)) await talk.far.hearsOf(id)
      await noted(talk, 'cancelled count')
      await talk.far.staysQuiet(id)
    }),
  ],
  [
    'ends an upload and a channel that are cancelled',
    session(async talk => {
      for (const name of ['idle', 'chat'] as const) {
        const id = talk.call(name)
        await talk.far.settles()
        talk.far.say({ _tag: 'Cancel', id })
        await noted(talk, `cancelled ${name}`)
      }
      await talk.serves()
    }),
  ],
  [
    'passes over a Cancel that crosses the answer',
    session(async talk => {
      const id = talk.call('ask', 'hello')
      talk.far.say({ _tag: 'Cancel', id })
      await talk.far.settles()
      const [frame, ...more] = talk.far.heardOf(id)
      check(frame === undefined || frame._tag === 'Reply', 'it answers a Cancel')
      same(more.length, 0, 'frames behind the answer')
      await talk.serves()
    }),
  ],
  [
    'passes over whatever comes for a call that it has answered',
    session(async talk => {
      const id = talk.call('ask', 'hello')
      await talk.answer(id, 'ask')
      await survives(talk, id)
    }),
  ],
  [
    'passes over whatever comes for a call that was cancelled',
    session(async talk => {
      const id = talk.call('ask', 'never')
      talk.far.say({ _tag: 'Cancel', id })
      await survives(talk, id)
    }),
  ],
  ['passes over whatever comes for an event', session(async talk => survives(talk, talk.call('note', 'one')))],
  [
    'passes over whatever comes for a call that it does not serve',
    session(async talk => {
      const id = talk.call('unserved', '')
      await talk.failure(id)
      await survives(talk, id)
    }),
  ],
  [
    'answers an upload before its items are over, and passes over the rest',
    session(async talk => {
      const id = talk.call('early')
      await talk.far.expects(id, 'Credit')
      talk.item(id, 'early', Uint8Array.of(1))
      for (;;) {
        const frame = await talk.far.hearsOf(id)
        if (frame._tag === 'Credit') continue
        same(frame._tag, 'Reply', 'the answer')
        break
      }
      for (let n = 0; n < 2_000; n += 1) talk.item(id, 'early', Uint8Array.of(2))
      await survives(talk, id)
    }),
  ],
  [
    'ends an upload whose items have failed, without an answer',
    session(async talk => {
      const id = talk.call('sum')
      await talk.far.expects(id, 'Credit')
      talk.item(id, 'sum', Uint8Array.of(1))
      talk.far.say({ _tag: 'Fail', id, code: 'DEFECT', message: 'no more of them' })
      await talk.far.settles()
      for (const { _tag } of talk.far.heardOf(id)) same(_tag, 'Credit', 'what it says')
      await talk.serves()
    }),
  ],
])

/** What is left of the caller's patience. */
export const deadlineCases = peerGroup('Deadlines', [
  [
    'tells its method what is left of the deadline, and that there is none',
    session(async talk => {
      const left = Number(await talk.answer(talk.call('ask', 'deadline', { timeoutMs: 60_000 }), 'ask'))
      check(left > 0 && left <= 60_000, `of 60,000 ms are left ${left}`)
      same(await talk.answer(talk.call('ask', 'deadline'), 'ask'), 'none', 'without a deadline')
    }),
  ],
  [
    'fails a request with TIMEOUT when its deadline is over, and not before',
    session(async talk => {
      const begun = performance.now()
      same(await talk.failure(talk.call('ask', 'never', { timeoutMs: 60 })), 'TIMEOUT', 'the code')
      // both ends measure by a clock of their own, in whole milliseconds
      check(performance.now() - begun >= 55, `it was over after ${performance.now() - begun} of 60 ms`)
    }),
  ],
  [
    'fails a call with TIMEOUT at once when its deadline is over as it comes',
    session(async talk => same(await talk.failure(talk.call('ask', 'never', { timeoutMs: 0 })), 'TIMEOUT', 'the code')),
  ],
  [
    'fails a stream with TIMEOUT behind its items',
    session(async talk => {
      const id = talk.call('count', { items: 2, size: 1, end: 'never' }, { credit: plenty, timeoutMs: 400 })
      await talk.next(id, 'count')
      await talk.next(id, 'count')
      same(await talk.failure(id), 'TIMEOUT', 'the code')
    }),
  ],
  [
    'takes a deadline that is weeks away for one',
    session(async talk => {
      const id = talk.call('ask', 'never', { timeoutMs: 0xffff_ffff })
      await talk.far.staysQuiet(id)
    }),
  ],
])

import { same } from '../conformance/check.js'
import type { Frame, Open } from '../../wire/frame.js'
import { openFrame } from '../open-frame.js'
import { peerGroup, type PeerConformanceCase } from './peer-conformance-case.js'
import type { PeerTalk } from './peer-talk.js'
import { inSession, session } from './with-peer.js'

const empty = new Uint8Array()

const violates = (what: string, frame: (talk: PeerTalk) => Frame | Promise<Frame>) =>
  [
    `takes ${what} for a violation`,
    session(async talk => {
      talk.far.say(await frame(talk))
      await talk.far.leaves('VIOLATION')
    }),
  ] as const satisfies readonly [string, PeerConformanceCase['run']]

const open = (talk: PeerTalk, id: number): Open => openFrame(id, talk.position('ask'), talk.payload('ask', 'hello'))

/** A call that stays open, and then a frame that has no place in its kind. */
const inOpen = (name: string, value: unknown, frame: (id: number) => Frame) => async (talk: PeerTalk) => {
  const id = talk.call(name, value)
  await talk.far.settles()
  return frame(id)
}

const request = (frame: (id: number) => Frame) => inOpen('ask', 'never', frame)
const stream = (frame: (id: number) => Frame) => inOpen('count', { items: 9, size: 1, end: 'never' }, frame)

/** What no end may say in a session; each ends it. */
export const violationCases = peerGroup('Violations', [
  violates('an Open with an id of its own', talk => open(talk, 2)),
  violates('an Open with an id that was used', async talk => {
    await talk.answer(talk.call('ask', 'hello', { id: 5 }), 'ask')
    return open(talk, 5)
  }),
  violates('an Open with an id below the last', async talk => {
    await talk.answer(talk.call('ask', 'hello', { id: 5 }), 'ask')
    return open(talk, 3)
  }),
  violates('a Cancel of a call that was never opened', () => ({ _tag: 'Cancel', id: 99 })),
  violates('an item of a call that was never opened', () => ({ _tag: 'Next', id: 99, payload: empty })),
  violates('a Reply to a call that it has not opened', () => ({ _tag: 'Reply', id: 2, payload: empty })),
  violates(
    'an item of a request',
    request(id => ({ _tag: 'Next', id, payload: empty })),
  ),
  violates(
    'a Complete of a request',
    request(id => ({ _tag: 'Complete', id })),
  ),
  violates(
    'credit for a request',
    request(id => ({ _tag: 'Credit', id, items: 1, bytes: 1 })),
  ),
  violates(
    'a Reply from a caller',
    request(id => ({ _tag: 'Reply', id, payload: empty })),
  ),
  violates(
    'a Fragment of an open call',
    request(id => ({ _tag: 'Fragment', id, payload: empty })),
  ),
  violates(
    'an item of a stream from its caller',
    stream(id => ({ _tag: 'Next', id, payload: empty })),
  ),
  violates(
    'a Complete of a stream from its caller',
    stream(id => ({ _tag: 'Complete', id })),
  ),
  violates(
    'credit for an upload from its caller',
    inOpen('idle', undefined, id => ({ _tag: 'Credit', id, items: 1, bytes: 1 })),
  ),
  violates('a Hello in a session', talk => talk.hello),
  violates('a Proof in a session', () => ({ _tag: 'Proof', mac: new Uint8Array(32), resume: undefined })),
  violates('Descriptors in a session', () => ({ _tag: 'Descriptors', contracts: [] })),
  violates('Verdicts in a session', () => ({ _tag: 'Verdicts', methods: [] })),
  [
    'says nothing more behind a violation, and serves others',
    async subject => {
      await inSession(subject, async talk => {
        const id = talk.call('ask', 'never')
        talk.far.say({ _tag: 'Cancel', id: 99 })
        talk.call('ask', 'hello')
        await talk.far.leaves('VIOLATION')
        same(talk.far.heardOf(id).length, 0, 'frames of a call that ends with its session')
      })
      await inSession(subject, talk => talk.serves())
    },
  ],
])

const fill = (talk: PeerTalk): readonly number[] =>
  Array.from({ length: talk.theirs.limits.calls }, () => talk.call('ask', 'never'))

/** What each end says in its Hello that it takes in. */
export const limitCases = peerGroup('Limits', [
  [
    'takes as many calls at once as it said, and events beside them',
    session(async talk => {
      const ids = fill(talk)
      talk.call('note', 'beside')
      await talk.far.settles()
      for (const id of ids) same(talk.far.heardOf(id).length, 0, `what it says of call ${id}`)
    }),
  ],
  [
    'takes one more call for a violation',
    session(async talk => {
      fill(talk)
      talk.call('ask', 'never')
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes another call in place of one that was cancelled',
    session(async talk => {
      const [id = 0] = fill(talk)
      talk.far.say({ _tag: 'Cancel', id })
      await talk.serves()
    }),
  ],
])

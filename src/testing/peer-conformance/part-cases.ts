import type { Frame } from '../../wire/frame.js'
import { check, same, sameBytes } from '../conformance/check.js'
import { patterned } from '../conformance/patterned.js'
import { joined } from '../joined.js'
import { peerGroup } from './peer-conformance-case.js'
import { openFrame } from '../open-frame.js'
import type { PeerTalk } from './peer-talk.js'
import { session } from './with-peer.js'

/** Opens a call whose request follows in parts. */
const begin = (talk: PeerTalk, name: string, payload = new Uint8Array()): number => {
  const id = talk.nextId()
  talk.far.say({ ...openFrame(id, talk.position(name), payload), more: true })
  return id
}

/** A payload in parts: all but the last as fragments. */
const parts = (id: number, payload: Uint8Array, size: number): readonly Frame[] => {
  const frames: Frame[] = []
  let at = 0
  for (; payload.length - at > size; at += size)
    frames.push({ _tag: 'Fragment', id, payload: payload.slice(at, at + size) })
  return [...frames, { _tag: 'Next', id, payload: payload.slice(at) }]
}

/** The answer to an echo, in however many parts, none of them too long. */
const echoed = async (talk: PeerTalk, id: number): Promise<Uint8Array> => {
  const found: Uint8Array[] = []
  for (;;) {
    const frame = await talk.far.hearsOf(id)
    check(frame._tag === 'Fragment' || frame._tag === 'Reply', `${frame._tag} came in answer to a request`)
    if ('payload' in frame) found.push(frame.payload)
    if (frame._tag === 'Reply') return talk.read('echo', joined(found)) as Uint8Array
  }
}

const large = patterned(100_000)

/** Payloads that come in parts. */
export const partCases = peerGroup('Payloads in parts', [
  [
    'takes a request in parts',
    session(async talk => {
      const id = begin(talk, 'echo')
      talk.far.say(...parts(id, talk.payload('echo', large), 30_000))
      sameBytes(await echoed(talk, id), large, 'an echo')
    }),
  ],
  [
    'takes parts of one byte and of none, and other calls in between',
    session(async talk => {
      const sent = patterned(50)
      const id = begin(talk, 'echo')
      const frames = parts(id, talk.payload('echo', sent), 1)
      talk.far.say({ _tag: 'Fragment', id, payload: new Uint8Array() }, ...frames.slice(0, 20))
      await talk.serves()
      talk.far.say(...frames.slice(20))
      sameBytes(await echoed(talk, id), sent, 'an echo')
    }),
  ],
  [
    'takes an event in parts',
    session(async talk => {
      const id = begin(talk, 'note')
      talk.far.say(...parts(id, talk.payload('note', 'in parts'), 3))
      same(await talk.answer(talk.call('notes', ''), 'notes'), 'in parts', 'what it has noted')
    }),
  ],
  [
    'answers in parts where the answer is longer than a frame',
    session(
      async talk => {
        const sent = patterned(40_000)
        sameBytes(await echoed(talk, talk.call('echo', sent)), sent, 'an echo')
      },
      { hello: { limits: { frameBytes: 16_384, messageBytes: 1_000_000, calls: 16 } } },
    ),
  ],
  [
    'takes an item in parts for one item, and grants its bytes',
    session(async talk => {
      const id = talk.call('sum')
      await talk.far.expects(id, 'Credit')
      talk.far.say(...parts(id, talk.payload('sum', patterned(5_000)), 2_000), { _tag: 'Complete', id })
      for (;;) {
        const frame = await talk.far.hearsOf(id)
        if (frame._tag === 'Credit') continue
        const payload = 'payload' in frame ? frame.payload : new Uint8Array()
        same(JSON.stringify(talk.read('sum', payload)), '{"items":1,"bytes":5000}', 'what it has taken')
        return
      }
    }),
  ],
  [
    'takes a part of an item without credit for a violation',
    session(async talk => {
      talk.far.say({ _tag: 'Fragment', id: talk.call('idle'), payload: new Uint8Array(1) })
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes the end of the items in the middle of one for a violation',
    session(async talk => {
      const id = talk.call('sum')
      await talk.far.expects(id, 'Credit')
      talk.far.say({ _tag: 'Fragment', id, payload: new Uint8Array(1) }, { _tag: 'Complete', id })
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes credit in the middle of a request for a violation',
    session(async talk => {
      talk.far.say({ _tag: 'Credit', id: begin(talk, 'count'), items: 1, bytes: 1 })
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes an upload whose request is to follow for a violation',
    session(async talk => {
      begin(talk, 'sum')
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes a request that is there and is to follow for a violation',
    session(async talk => {
      begin(talk, 'echo', Uint8Array.of(10, 0))
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'fails a request that is longer than it takes in with TOO_LARGE, and passes over the rest',
    session(async talk => {
      const { messageBytes } = talk.theirs.limits
      // a peer that takes in a great deal has to be believed
      if (messageBytes > 4_000_000) return
      const id = begin(talk, 'echo')
      const part = new Uint8Array(50_000)
      for (let sent = 0; sent <= messageBytes + part.length; sent += part.length)
        talk.far.say({ _tag: 'Fragment', id, payload: part })
      const { code, message } = await talk.far.expects(id, 'Fail')
      same(code, 'TOO_LARGE', 'the code')
      same(Number(message), messageBytes, 'the limit')
      talk.far.say({ _tag: 'Next', id, payload: part })
      await talk.serves()
    }),
  ],
  [
    'lets go of a request that is cancelled while it comes',
    session(async talk => {
      const id = begin(talk, 'echo')
      talk.far.say({ _tag: 'Fragment', id, payload: new Uint8Array(9) }, { _tag: 'Cancel', id })
      talk.far.say({ _tag: 'Next', id, payload: new Uint8Array(9) })
      await talk.far.staysQuiet(id)
    }),
  ],
])

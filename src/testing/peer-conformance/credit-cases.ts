import { check, same, sameBytes } from '../conformance/check.js'
import { peerGroup } from './peer-conformance-case.js'
import { plenty, type PeerTalk } from './peer-talk.js'
import { session } from './with-peer.js'

const bytes = 1_000_000
const many = 2 ** 31 - 1

const numbersOf = async (talk: PeerTalk, id: number, from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n += 1)
    sameBytes((await talk.next(id, 'count')) as Uint8Array, Uint8Array.of(n), `item ${n}`)
}

/** Sends what is granted and never grants, until no more is granted. @returns how many items were sent */
const fill = async (talk: PeerTalk, id: number, most: number): Promise<number> => {
  let sent = 0
  let granted = 0
  for (;;) {
    await talk.far.settles()
    const frames = talk.far.heardOf(id)
    for (const _ of frames) granted += (await talk.far.expects(id, 'Credit')).items
    if (granted === 0 && sent > 0) {
      await talk.far.staysQuiet(id)
      return sent
    }
    check(sent + granted < most, `it grants ${sent + granted} items of a channel whose other way stands still`)
    for (; granted > 0; granted -= 1, sent += 1) talk.item(id, 'chat', Uint8Array.of(sent & 255, sent >> 8))
  }
}

/** Items cross when they have been asked for, and not before. */
export const creditCases = peerGroup('Credit', [
  [
    'sends no item without credit',
    session(async talk => {
      const id = talk.call('count', { items: 3, size: 1, end: 'complete' })
      await talk.far.staysQuiet(id)
    }),
  ],
  [
    'sends as many items as were granted, then stops until more are',
    session(async talk => {
      const id = talk.call('count', { items: 10, size: 1, end: 'complete' }, { credit: { items: 3, bytes } })
      await numbersOf(talk, id, 0, 3)
      await talk.far.staysQuiet(id)
      talk.far.say({ _tag: 'Credit', id, items: 1, bytes: 0 }, { _tag: 'Credit', id, items: 3, bytes: 0 })
      await numbersOf(talk, id, 3, 7)
      await talk.far.staysQuiet(id)
      talk.far.say({ _tag: 'Credit', id, items: 100, bytes: 0 })
      await numbersOf(talk, id, 7, 10)
      await talk.far.expects(id, 'Complete')
    }),
  ],
  [
    'sends an item that is longer than its window, and makes up for it before the next',
    session(async talk => {
      const id = talk.call('count', { items: 3, size: 1_000, end: 'complete' }, { credit: { items: 10, bytes: 1 } })
      const { payload } = await talk.far.expects(id, 'Next')
      await talk.far.staysQuiet(id)
      talk.far.say({ _tag: 'Credit', id, items: 0, bytes: payload.length - 1 })
      await talk.far.staysQuiet(id)
      talk.far.say({ _tag: 'Credit', id, items: 0, bytes: 1 })
      await talk.far.expects(id, 'Next')
      await talk.far.staysQuiet(id)
      talk.far.say({ _tag: 'Credit', id, items: 0, bytes: 10_000 })
      await talk.far.expects(id, 'Next')
      await talk.far.expects(id, 'Complete')
    }),
  ],
  [
    'needs credit in items and in bytes',
    session(async talk => {
      const items = talk.call('count', { items: 1, size: 1, end: 'never' }, { credit: { items: 5, bytes: 0 } })
      const size = talk.call('count', { items: 1, size: 1, end: 'never' }, { credit: { items: 0, bytes } })
      await talk.far.staysQuiet(items)
      await talk.far.staysQuiet(size)
    }),
  ],
  [
    'adds grants up to 2^31 - 1, and no further',
    session(async talk => {
      const credit = { items: many, bytes: many }
      const id = talk.call('count', { items: 20, size: 1, end: 'complete' }, { credit: { items: 1, bytes: many } })
      talk.far.say(
        { _tag: 'Credit', id, ...credit },
        { _tag: 'Credit', id, ...credit },
        { _tag: 'Credit', id, ...credit },
      )
      await numbersOf(talk, id, 0, 20)
      await talk.far.expects(id, 'Complete')
    }),
  ],
  ['grants nothing where it has not asked for items', session(async talk => talk.far.staysQuiet(talk.call('idle')))],
  [
    'takes an item without credit for a violation',
    session(async talk => {
      talk.item(talk.call('idle'), 'idle', Uint8Array.of(1))
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'takes more items than it has granted for a violation',
    session(async talk => {
      const id = talk.call('chat')
      const sent = await fill(talk, id, 20_000)
      check(sent > 0, 'it grants nothing')
      talk.item(id, 'chat', Uint8Array.of(1))
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'keeps what it has taken for a way that stands still, and loses nothing',
    session(async talk => {
      const id = talk.call('chat')
      const sent = await fill(talk, id, 20_000)
      talk.far.say({ _tag: 'Complete', id }, { _tag: 'Credit', id, ...plenty })
      for (let n = 0; n < sent;) {
        const frame = await talk.far.hearsOf(id)
        if (frame._tag === 'Credit') continue
        same(frame._tag, 'Next', `item ${n}`)
        const payload = 'payload' in frame ? frame.payload : new Uint8Array()
        sameBytes(talk.read('chat', payload) as Uint8Array, Uint8Array.of(n & 255, n >> 8), `item ${n}`)
        n += 1
      }
      const last = await talk.far.hearsOf(id)
      same(last._tag, 'Complete', 'the end')
    }),
  ],
  [
    'takes an item that is longer than what it has granted, and grants more',
    session(async talk => {
      const id = talk.call('sum')
      const granted = await talk.far.expects(id, 'Credit')
      const size = Math.min(granted.bytes + 1_000, talk.theirs.limits.frameBytes - 1_000)
      for (let left = granted.bytes; left > 0; left -= size) talk.item(id, 'sum', new Uint8Array(size))
      const more = await talk.far.expects(id, 'Credit')
      check(more.bytes > 0, 'it grants no bytes')
    }),
  ],
  [
    'serves other calls while one waits for credit',
    session(async talk => {
      const id = talk.call('count', { items: 5, size: 1, end: 'complete' })
      await talk.serves()
      talk.far.say({ _tag: 'Credit', id, ...plenty })
      await numbersOf(talk, id, 0, 5)
    }),
  ],
])

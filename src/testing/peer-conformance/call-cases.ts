import { check, same, sameBytes } from '../conformance/check.js'
import { patterned } from '../conformance/patterned.js'
import { framed, written } from './bytes-of.js'
import { openFrame } from '../open-frame.js'
import { peerGroup } from './peer-conformance-case.js'
import { plenty, type PeerTalk } from './peer-talk.js'
import { session } from './with-peer.js'

const echoes = async (talk: PeerTalk, size: number): Promise<void> => {
  const sent = patterned(size)
  sameBytes((await talk.answer(talk.call('echo', sent), 'echo')) as Uint8Array, sent, `an echo of ${size} bytes`)
}

const notes = async (talk: PeerTalk): Promise<string> => String(await talk.answer(talk.call('notes', ''), 'notes'))

/** The raw `Open` of `ask` for the metadata `word`, with the fields of its metadata as they are given. */
const askForWord = (talk: PeerTalk, entries: readonly (readonly [string, string])[]): number => {
  const id = talk.nextId()
  const method = talk.position('ask')
  const payload = talk.payload('ask', 'metadata')
  talk.far.referee?.say(openFrame(id, method, payload))
  const open = written(writer => {
    writer.uint32(8).uint32(method)
    for (const [name, text] of entries)
      writer.uint32(34).fork().uint32(10).string(name).uint32(18).string(text).ldelim()
    writer.uint32(42).bytes(payload)
  })
  talk.far.sayBytes(framed(writer => writer.uint32(8).uint32(id).uint32(18).bytes(open)))
  return id
}

const untilReply = async (talk: PeerTalk, id: number): Promise<readonly [items: number, bytes: number]> => {
  for (;;) {
    const frame = await talk.far.hearsOf(id)
    if (frame._tag === 'Credit') continue
    same(frame._tag, 'Reply', 'the end of an upload')
    const payload = 'payload' in frame ? frame.payload : new Uint8Array()
    const { items, bytes } = talk.read('sum', payload) as { readonly items: number; readonly bytes: number }
    return [items, bytes]
  }
}

/** Each kind of call, and each kind of answer. */
export const callCases = peerGroup('Calls', [
  [
    'answers a request',
    session(async talk => {
      for (const size of [0, 1, 127, 128, 60_000]) await echoes(talk, size)
    }),
  ],
  [
    'answers requests that are open at once, each its own',
    session(async talk => {
      const ids = Array.from({ length: 16 }, (_, i) => talk.call('echo', patterned(100, i + 1)))
      for (const [i, id] of ids.entries())
        sameBytes((await talk.answer(id, 'echo')) as Uint8Array, patterned(100, i + 1), `echo ${i}`)
    }),
  ],
  [
    'takes ids with gaps, up to 2^53 - 1',
    session(async talk => {
      for (const id of [7, 1_001, Number.MAX_SAFE_INTEGER])
        same(await talk.answer(talk.call('ask', 'hello', { id }), 'ask'), 'hello', `the answer to call ${id}`)
    }),
  ],
  [
    'fails a request with the failure of its contract',
    session(async talk => {
      const { code, failure = new Uint8Array() } = await talk.far.expects(talk.call('ask', 'fail'), 'Fail')
      same(code, 'FAILURE', 'the code')
      same((talk.read('ask', failure, 'failure') as { readonly why: string }).why, 'asked to', 'why it failed')
    }),
  ],
  [
    'fails a request in any other way with DEFECT',
    session(async talk => same(await talk.failure(talk.call('ask', 'defect')), 'DEFECT', 'the code')),
  ],
  [
    'answers UNIMPLEMENTED where nobody takes a call',
    session(async talk => same(await talk.failure(talk.call('unserved', '')), 'UNIMPLEMENTED', 'the code')),
  ],
  [
    'answers UNIMPLEMENTED where there is no such method',
    session(async talk => {
      const id = talk.nextId()
      const last = talk.theirs.serves.reduce((sum, { methods }) => sum + methods.length, 0)
      talk.far.say(openFrame(id, last))
      same(await talk.failure(id), 'UNIMPLEMENTED', 'the code')
      await talk.serves()
    }),
  ],
  [
    'answers INVALID_PAYLOAD where a payload is no value of the method',
    session(async talk => {
      for (const payload of [new Uint8Array(), Uint8Array.of(0xff)]) {
        const id = talk.nextId()
        talk.far.say(openFrame(id, talk.position('echo'), payload))
        same(await talk.failure(id), 'INVALID_PAYLOAD', 'the code')
      }
      await talk.serves()
    }),
  ],
  [
    'reads the metadata of a call',
    session(async talk => {
      same(await talk.answer(talk.call('ask', 'metadata', { metadata: { word: 'ünï' } }), 'ask'), 'ünï', 'the word')
      same(await talk.answer(talk.call('ask', 'metadata'), 'ask'), 'none', 'the word')
    }),
  ],
  [
    'takes the last of metadata that come twice, and any name',
    session(async talk => {
      const id = askForWord(talk, [
        ['__proto__', 'x'],
        ['word', 'one'],
        ['word', 'two'],
        ['', ''],
      ])
      same(await talk.answer(id, 'ask'), 'two', 'the word')
    }),
  ],
  [
    'takes events in order, and answers none',
    session(async talk => {
      const ids = ['one', 'two', 'three'].map(text => talk.call('note', text))
      same(await notes(talk), 'one\ntwo\nthree', 'what it has noted')
      for (const id of ids) check(talk.far.heardOf(id).length === 0, 'it answers an event')
    }),
  ],
  [
    'sends the items of a stream in order, and completes',
    session(async talk => {
      const id = talk.call('count', { items: 50, size: 4, end: 'complete' }, { credit: plenty })
      for (let n = 0; n < 50; n += 1)
        sameBytes((await talk.next(id, 'count')) as Uint8Array, Uint8Array.of(n, 0, 0, 0), `item ${n}`)
      await talk.far.expects(id, 'Complete')
    }),
  ],
  [
    'fails a stream behind its items',
    session(async talk => {
      const id = talk.call('count', { items: 2, size: 4, end: 'fail' }, { credit: plenty })
      await talk.next(id, 'count')
      await talk.next(id, 'count')
      same(await talk.failure(id), 'FAILURE', 'the code')
    }),
  ],
  [
    'takes the items of an upload, and answers',
    session(async talk => {
      const id = talk.call('sum')
      let granted = 0
      for (let sent = 0; sent < 100; sent += 1) {
        for (; granted <= 0;) granted += (await talk.far.expects(id, 'Credit')).items
        granted -= 1
        talk.item(id, 'sum', patterned(sent))
      }
      talk.far.say({ _tag: 'Complete', id })
      const [items, bytes] = await untilReply(talk, id)
      same(items, 100, 'items that it has taken')
      same(bytes, 4_950, 'bytes that it has taken')
    }),
  ],
  [
    'answers an upload of no items',
    session(async talk => {
      const id = talk.call('sum')
      talk.far.say({ _tag: 'Complete', id })
      const [items] = await untilReply(talk, id)
      same(items, 0, 'its items')
    }),
  ],
  [
    'gives the items of a channel back in order, and completes when they are over',
    session(async talk => {
      const id = talk.call('chat', undefined, { credit: plenty })
      let granted = 0
      let back = 0
      const hear = async (): Promise<boolean> => {
        const frame = await talk.far.hearsOf(id)
        if (frame._tag === 'Credit') granted += frame.items
        else if (frame._tag === 'Next') {
          sameBytes(talk.read('chat', frame.payload) as Uint8Array, patterned(20, back + 1), `item ${back}`)
          back += 1
        } else same(frame._tag, 'Complete', 'the end of a channel')
        return frame._tag !== 'Complete'
      }
      for (let sent = 0; sent < 100; sent += 1) {
        while (granted <= 0) await hear()
        granted -= 1
        talk.item(id, 'chat', patterned(20, sent + 1))
      }
      talk.far.say({ _tag: 'Complete', id })
      while (await hear());
      same(back, 100, 'items that came back')
    }),
  ],
  [
    'fails an answer that is longer than its caller takes in with TOO_LARGE, and the limit',
    session(
      async talk => {
        const id = talk.call('count', { items: 3, size: 20_000, end: 'complete' }, { credit: plenty })
        const fail = await talk.far.expects(id, 'Fail')
        same(fail.code, 'TOO_LARGE', 'the code')
        check(/^\d+$/.test(fail.message) && Number(fail.message) <= 16_384, `the limit is said to be ${fail.message}`)
        await talk.serves()
      },
      { hello: { limits: { frameBytes: 16_384, messageBytes: 16_384, calls: 16 } } },
    ),
  ],
])

import { check, same } from '../conformance/check.js'
import { pause } from '../conformance/waiting.js'
import { equalBytes } from '../../session/proof.js'
import type { Frame } from '../../wire/frame.js'
import { unknownFields } from './bytes-of.js'
import { peerGroup, type PeerConformanceSubject } from './peer-conformance-case.js'
import type { PeerTalk } from './peer-talk.js'
import { onPipe, session, withPipe } from './with-peer.js'

const violation = (frame: Frame, state: 'greeting' | 'proving' = 'greeting') =>
  onPipe(async talk => {
    if (state === 'proving') await talk.greet()
    talk.far.say(frame)
    await talk.far.leaves('VIOLATION')
  })

const works = (talk: PeerTalk) => talk.serves()

const ping: Frame = { _tag: 'Ping', token: 77 }

const pongs = async ({ far }: PeerTalk): Promise<void> => {
  far.say(ping)
  same((await far.hears('Pong')).token, 77, 'the token of a Pong')
}

const nonceOf = async (subject: PeerConformanceSubject): Promise<Uint8Array> => {
  let nonce = new Uint8Array()
  await withPipe(subject, async talk => {
    await talk.greet()
    nonce = talk.theirs.nonce.slice()
  })
  return nonce
}

/** How two ends begin. */
export const handshakeCases = peerGroup('Handshake', [
  [
    'says Hello at once, and nothing else before it has heard one',
    onPipe(async talk => {
      await talk.hearHello()
      await pause(20)
      check(talk.far.heard().length === 0, `it says ${talk.far.heard().join(', ')} before it has heard a Hello`)
    }),
  ],
  [
    'speaks version 1, and offers the contract with its methods',
    onPipe(async talk => {
      await talk.greet()
      const { versions, serves } = talk.theirs
      check(versions.includes(1), `it speaks ${versions.join(', ')}`)
      const offer = serves.find(({ contract }) => contract === talk.contract.contract.name)
      check(offer !== undefined, 'it does not offer the contract')
      for (const { name } of talk.contract.methods)
        check(offer?.methods.includes(name) === true, `it offers no ${name}`)
    }),
  ],
  [
    'draws a nonce of 32 bytes for each pipe',
    async subject => {
      const [one, other] = [await nonceOf(subject), await nonceOf(subject)]
      same(one.length, 32, 'the length of its nonce')
      check(!equalBytes(one, other), 'two pipes have the same nonce')
    },
  ],
  ['comes to a session with an end that speaks other versions too', session(works, { hello: { versions: [7, 1, 3] } })],
  [
    'reads versions that are packed',
    session(works, {
      hello: { versions: [] },
      extra: writer => writer.uint32(10).bytes(Uint8Array.of(9, 1)),
    }),
  ],
  [
    'refuses an end that speaks no version of its own',
    onPipe(
      async talk => {
        talk.sayHello()
        await talk.far.leaves('REFUSED')
      },
      { hello: { versions: [1_000_000] } },
    ),
  ],
  [
    'takes a nonce of fewer than 16 bytes for a violation',
    onPipe(
      async talk => {
        talk.sayHello()
        await talk.far.leaves('VIOLATION')
      },
      { hello: { nonce: new Uint8Array(15) } },
    ),
  ],
  [
    'passes over capabilities and fields of Hello that it does not know',
    session(works, { hello: { capabilities: ['sluice.later', 'x'] }, extra: unknownFields }),
  ],
  ['takes an unknown validation for REPORT', session(works, { extra: writer => writer.uint32(40).uint32(9) })],
  [
    'goes on with a new session where an end asks for one that it does not keep',
    session(works, {
      hello: {
        resumeMs: 10_000,
        resume: { session: new Uint8Array(16).fill(9), epoch: 3, position: 12, lacksVerdicts: false },
      },
    }),
  ],
  ['answers a Ping before it has heard a Hello', onPipe(pongs)],
  [
    'answers a Ping before the proof, and before the verdicts',
    onPipe(async talk => {
      await talk.greet()
      await pongs(talk)
      await talk.prove()
      await talk.describe()
      await pongs(talk)
      await talk.agree()
      await talk.serves()
    }),
  ],
  ['takes a Pong before the session for a violation', violation({ _tag: 'Pong', token: 0 })],
  ['takes an Ack before the session for a violation', violation({ _tag: 'Ack', position: 0 })],
  ['takes Verdicts before Hello for a violation', violation({ _tag: 'Verdicts', methods: [] })],
  ['takes Descriptors before Hello for a violation', violation({ _tag: 'Descriptors', contracts: [] })],
  [
    'takes a Proof before Hello for a violation',
    violation({ _tag: 'Proof', mac: new Uint8Array(32), resume: undefined }),
  ],
  [
    'takes a call before the session for a violation',
    violation(
      {
        _tag: 'Open',
        id: 1,
        method: 0,
        payload: new Uint8Array(),
        credit: undefined,
        timeoutMs: 0,
        metadata: undefined,
      },
      'proving',
    ),
  ],
  [
    'takes a second Hello for a violation',
    onPipe(async talk => {
      await talk.greet()
      talk.sayHello()
      await talk.far.leaves('VIOLATION')
    }),
  ],
  [
    'sends no call before it has heard Verdicts',
    onPipe(async talk => {
      await talk.greet()
      await talk.prove()
      await talk.describe()
      await talk.far.hears('Verdicts')
      await talk.far.settles()
      check(talk.far.heard().length === 0, `it says ${talk.far.heard().join(', ')} before it has heard Verdicts`)
    }),
  ],
  [
    'ends when it hears Goodbye in the midst of a handshake',
    onPipe(async talk => {
      await talk.greet()
      talk.far.say({ _tag: 'Goodbye', reason: 'DONE', message: '' })
      await talk.far.isGone()
    }),
  ],
])

import { check, same } from '../conformance/check.js'
import { until } from '../conformance/waiting.js'
import type { GoodbyeReason } from '../../wire/frame.js'
import { framed, written } from './bytes-of.js'
import { peerGroup, type PeerConformanceCase } from './peer-conformance-case.js'
import { plenty, type PeerTalk } from './peer-talk.js'
import { inSession, session } from './with-peer.js'

/** Signs of life. */
export const livenessCases = peerGroup('Liveness', [
  [
    'answers each Ping with a Pong of its token, in order',
    session(async ({ far }) => {
      const tokens = [0, 1, 0xffff_ffff, 5, 5]
      far.say(...tokens.map(token => ({ _tag: 'Ping' as const, token })))
      for (const token of tokens) same((await far.hears('Pong')).token, token, 'the token of a Pong')
    }),
  ],
  [
    'passes over a Pong that it does not wait for',
    session(async talk => {
      talk.far.say({ _tag: 'Pong', token: 12_345 })
      await talk.serves()
    }),
  ],
  [
    'passes over an Ack where sessions do not resume',
    session(async talk => {
      talk.far.say({ _tag: 'Ack', position: 1_000 })
      await talk.serves()
    }),
  ],
  [
    'says something as often as it was asked to',
    session(
      async ({ far }) => {
        const before = far.pings
        await until(() => (far.pings - before >= 4 ? true : undefined), 'a sign of life')
      },
      { hello: { heartbeatMs: 40 } },
    ),
  ],
])

const leaves = async (talk: PeerTalk): Promise<void> => {
  await talk.far.isGone()
  check(!talk.far.heard().includes('Goodbye'), 'it answers a Goodbye that is not DONE')
}

const parts = (reason: GoodbyeReason): PeerConformanceCase['run'] =>
  session(async talk => {
    talk.far.say({ _tag: 'Goodbye', reason, message: 'the reason' })
    await leaves(talk)
  })

/** How two ends part. */
export const goodbyeCases = peerGroup('How a session ends', [
  [
    'answers Goodbye(DONE) with its own, and ends its half',
    session(async talk => {
      talk.far.say({ _tag: 'Goodbye', reason: 'DONE', message: '' })
      await talk.far.leaves('DONE')
    }),
  ],
  [
    'ends open calls with the session, without a frame for any of them',
    session(async talk => {
      const ids = [
        talk.call('ask', 'never'),
        talk.call('count', { items: 1, size: 1, end: 'never' }),
        talk.call('chat', undefined, { credit: plenty }),
      ]
      await talk.far.settles()
      for (const id of ids) for (const _ of talk.far.heardOf(id)) await talk.far.hearsOf(id)
      talk.far.say({ _tag: 'Goodbye', reason: 'DONE', message: '' })
      await talk.far.leaves('DONE')
      for (const id of ids) same(talk.far.heardOf(id).length, 0, 'frames of an open call')
    }),
  ],
  [
    'passes over calls that come behind a Goodbye',
    session(async talk => {
      talk.far.say({ _tag: 'Goodbye', reason: 'DONE', message: '' })
      const id = talk.call('ask', 'hello')
      await talk.far.leaves('DONE')
      same(talk.far.heardOf(id).length, 0, 'frames of a call behind a Goodbye')
    }),
  ],
  ['ends at Goodbye(REFUSED), and says nothing', parts('REFUSED')],
  ['ends at Goodbye(VIOLATION), and says nothing', parts('VIOLATION')],
  [
    'takes an unknown reason for REFUSED',
    session(async talk => {
      const goodbye = written(writer => writer.uint32(8).uint32(77))
      talk.far.sayBytes(framed(writer => writer.uint32(186).bytes(goodbye)))
      await leaves(talk)
    }),
  ],
  [
    'ends when the far half of the pipe ends without Goodbye, and serves others',
    async subject => {
      await inSession(subject, async talk => {
        talk.call('ask', 'never')
        await talk.far.settles()
        talk.far.endHalf()
        await talk.far.isGone()
      })
      await inSession(subject, talk => talk.serves())
    },
  ],
])

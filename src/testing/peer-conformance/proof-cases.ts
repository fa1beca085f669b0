import { check, same } from '../conformance/check.js'
import { peerGroup, type PeerConformanceCase } from './peer-conformance-case.js'
import type { PeerTalk } from './peer-talk.js'
import { inSession, onPipe, withPipe } from './with-peer.js'

const needs = ['secret'] as const

const refuses = async (talk: PeerTalk, mac: Uint8Array): Promise<string> => {
  talk.far.say({ _tag: 'Proof', mac, resume: undefined })
  const why = await talk.far.leaves('REFUSED')
  const learnt = talk.far.heard().filter(tag => tag !== 'Proof' && tag !== 'Goodbye')
  check(learnt.length === 0, `an end without the secret is told ${learnt.join(', ')}`)
  return why
}

const refused = (mac: (talk: PeerTalk) => Uint8Array | Promise<Uint8Array>): PeerConformanceCase['run'] =>
  onPipe(async talk => {
    await talk.greet()
    await refuses(talk, await mac(talk))
  })

const flipped = (mac: Uint8Array, at: number): Uint8Array => mac.map((byte, i) => (i === at ? byte ^ 1 : byte))

/** That both ends know the secret, and that nobody else learns a thing. */
export const proofCases = peerGroup('Proof', [
  ['proves the secret by both hellos', onPipe(talk => talk.greet().then(() => talk.prove())), needs],
  [
    'says nothing of its contracts before it has seen a proof',
    onPipe(async talk => {
      await talk.greet()
      await talk.far.hears('Proof')
      await talk.far.settles()
      check(talk.far.heard().length === 0, `it says ${talk.far.heard().join(', ')} to an end that has proved nothing`)
    }),
    needs,
  ],
  ['refuses a proof of which the first bit is wrong', refused(talk => flipped(talk.mac('dialled'), 0)), needs],
  ['refuses a proof of which the last bit is wrong', refused(talk => flipped(talk.mac('dialled'), 31)), needs],
  ['refuses a proof that is cut short', refused(talk => talk.mac('dialled').slice(0, 31)), needs],
  ['refuses a proof of no bytes', refused(() => new Uint8Array()), needs],
  ['refuses a proof with another secret', refused(talk => talk.mac('dialled', new Uint8Array(32))), needs],
  ['refuses its own proof, sent back to it', refused(async talk => (await talk.far.hears('Proof')).mac), needs],
  [
    'refuses a proof that was right on another pipe',
    async subject => {
      let mac = new Uint8Array()
      let nonce = new Uint8Array()
      await inSession(subject, async talk => {
        mac = talk.mac('dialled').slice()
        nonce = talk.hello.nonce.slice()
        await talk.far.settles()
      })
      const again = async (talk: PeerTalk): Promise<void> => {
        await talk.greet()
        await refuses(talk, mac)
      }
      await withPipe(subject, again, { hello: { nonce } })
    },
    needs,
  ],
  [
    'says no more than that it was refused',
    async subject => {
      const said: string[] = []
      for (const mac of [new Uint8Array(32), new Uint8Array(5)]) {
        await withPipe(subject, async talk => {
          await talk.greet()
          said.push(await refuses(talk, mac))
        })
      }
      same(said[0], said[1], 'what it says to a proof that is wrong, and to one that is none')
    },
    needs,
  ],
  [
    'refuses an end without a secret',
    onPipe(
      async talk => {
        talk.sayHello()
        await talk.far.leaves('REFUSED')
      },
      { hello: { proof: false } },
    ),
    needs,
  ],
])

import * as t from 'io-ts'
import { compileContract } from '../../contract/compile-contract.js'
import { contract } from '../../contract/contract.js'
import { request, stream } from '../../contract/method.js'
import { bytes, uint32 } from '../../schema/integers.js'
import { offerOf } from '../../session/judge.js'
import { check, same, sameBytes } from '../conformance/check.js'
import { peerGroup } from './peer-conformance-case.js'
import { Asked, peerConformanceContract } from './peer-conformance-contract.js'
import { plenty, type PeerTalk } from './peer-talk.js'
import { onPipe, session, withPipe } from './with-peer.js'

const ours = compileContract(peerConformanceContract)
const { name, methods } = peerConformanceContract

/** The same contract, but that the fields of what `count` takes stand in another order, beside one that is nobody else's. */
const Reordered = t.type({ extra: t.string, end: t.string, size: uint32, items: uint32 })
const renumbered = compileContract(contract(name, { ...methods, count: stream(Reordered, bytes, { failure: Asked }) }))

/** The same contract, but for `ask`, which is asked for something else. */
const mismatched = compileContract(
  contract(name, { ...methods, ask: request(t.type({ what: uint32 }), t.string, { failure: Asked }) }),
)

const { note: _, ...noteless } = methods
/** The same contract, but that it lacks `note`. */
const lacking = compileContract(contract(name, noteless))

const verdictOn = ({ verdicts }: PeerTalk, method: string, serving: boolean): string | undefined =>
  verdicts.methods.find(one => one.contract === name && one.method === method && one.serving === serving)?.kind

const wrongFingerprint = { ...offerOf(ours), fingerprint: new Uint8Array(32).fill(3) }
const forcing = { hello: { serves: [wrongFingerprint], uses: [wrongFingerprint] } }

/** What the two ends make of each other's contract. */
export const schemaCases = peerGroup('Descriptors and verdicts', [
  [
    'finds the contract to fit, as this end does',
    session(talk => {
      for (const { method, kind, differences } of talk.verdicts.methods)
        check(kind === 'Identical' || kind === 'Compatible', `${method} is ${kind}: ${JSON.stringify(differences)}`)
      for (const [method, { verdict }] of talk.judgement.uses[0]?.match.methods ?? [])
        check(verdict._tag !== 'Mismatched', `this end finds that ${method} does not fit: ${JSON.stringify(verdict)}`)
    }),
  ],
  [
    'judges each method that it serves',
    session(talk => {
      for (const { name: method } of ours.methods)
        check(verdictOn(talk, method, true) !== undefined, `it says nothing of ${method}`)
    }),
  ],
  [
    'finds equal fingerprints identical, and asks for no descriptors',
    async subject =>
      withPipe(subject, async first => {
        await first.hearHello()
        const offer = first.theirs.serves.find(one => one.contract === name) ?? offerOf(ours)
        const greeting = { serves: [offer], uses: [offer] }
        await withPipe(
          subject,
          async talk => {
            await talk.greet()
            await talk.prove()
            talk.sayVerdicts()
            await talk.far.settles()
            const { methods: judged } = await talk.far.hears('Verdicts')
            for (const { method, kind } of judged) same(kind, 'Identical', `the verdict on ${method}`)
          },
          { hello: greeting, contract: { ...ours, fingerprint: offer.fingerprint } },
        )
      }),
  ],
  [
    'reads payloads under the numbers of their writer',
    session(
      async talk => {
        const id = talk.call('count', { items: 2, size: 1, end: 'complete', extra: 'x' }, { credit: plenty })
        sameBytes((await talk.next(id, 'count')) as Uint8Array, Uint8Array.of(0), 'item 0')
        sameBytes((await talk.next(id, 'count')) as Uint8Array, Uint8Array.of(1), 'item 1')
        await talk.far.expects(id, 'Complete')
      },
      { contract: renumbered },
    ),
  ],
  [
    'finds out what it cannot read, fails those calls, and serves the others',
    session(
      async talk => {
        same(verdictOn(talk, 'ask', true), 'Mismatched', 'the verdict on ask')
        same(await talk.failure(talk.call('ask', { what: 1 })), 'SCHEMA_MISMATCH', 'the code')
        const echoed = await talk.answer(talk.call('echo', Uint8Array.of(1)), 'echo')
        sameBytes(echoed as Uint8Array, Uint8Array.of(1), 'an echo')
      },
      { contract: mismatched },
    ),
  ],
  [
    'finds a method that the far end lacks mismatched, and serves the others',
    session(
      async talk => {
        same(verdictOn(talk, 'note', true), 'Mismatched', 'the verdict on note')
        await talk.serves()
      },
      { contract: lacking },
    ),
  ],
  [
    'refuses a mismatched method with SCHEMA where the far end requires all to fit',
    onPipe(
      async talk => {
        await talk.greet()
        await talk.prove()
        await talk.describe()
        talk.sayVerdicts()
        await talk.far.leaves('SCHEMA')
      },
      { contract: mismatched, hello: { validation: 'require' } },
    ),
  ],
  [
    'comes to a session where the far end requires all to fit, and it does',
    session(talk => talk.serves(), { hello: { validation: 'require' } }),
  ],
  [
    'does not look where the far end has validation off',
    session(
      talk => {
        for (const { method, kind } of talk.verdicts.methods)
          check(kind === 'Unverified' || kind === 'Identical', `${method} is ${kind}, and nobody looked`)
      },
      { hello: { validation: 'off' } },
    ),
  ],
  [
    'takes descriptors that are missing for a violation',
    onPipe(async talk => {
      await talk.greet()
      await talk.prove()
      talk.far.say({ _tag: 'Descriptors', contracts: [] })
      await talk.far.leaves('VIOLATION')
    }, forcing),
  ],
  [
    'takes descriptors that make no sense for a violation',
    onPipe(async talk => {
      await talk.greet()
      await talk.prove()
      talk.far.say({ _tag: 'Descriptors', contracts: [{ contract: name, fileDescriptorSet: Uint8Array.of(255, 1) }] })
      await talk.far.leaves('VIOLATION')
    }, forcing),
  ],
  [
    'takes Verdicts in place of descriptors for a violation',
    onPipe(async talk => {
      await talk.greet()
      await talk.prove()
      talk.far.say({ _tag: 'Verdicts', methods: [] })
      await talk.far.leaves('VIOLATION')
    }, forcing),
  ],
])

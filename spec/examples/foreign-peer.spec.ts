import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { peerConformanceCases, type PeerConformanceSubject } from 'sluice/testing'
import { patience, waitAtMost } from '../../src/testing/conformance/waiting.js'
import { runPeerCases } from '../testing/peer-conformance/run-peer-cases.js'
import { startForeignPeer, stopForeignPeers } from './start-foreign-peer.js'

test.after.always(stopForeignPeers)

const foreign = (...faults: readonly string[]): PeerConformanceSubject => ({
  name: 'a peer of plain JavaScript',
  can: new Set(['secret', 'calls']),
  dial: startForeignPeer(...faults),
})

runPeerCases(test, foreign())

test('it imports nothing but its own files and modules of Node', t => {
  const folder = fileURLToPath(new URL('../../examples/foreign-peer', import.meta.url))
  const imported = readdirSync(folder)
    .filter(name => name.endsWith('.mjs'))
    .flatMap(name => [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\(/g)])
    .map(([whole, from]) => from ?? whole)
  t.true(imported.length > 10)
  for (const from of imported) t.regex(from, /^(node:[a-z/]+|\.\/[a-z]+\.mjs)$/)
})

/** Each fault that the peer can be given, the case that finds it, and what that says. */
const faults: readonly (readonly [fault: string, foundBy: string, says: RegExp])[] = [
  ['proof', 'proves the secret by both hellos', /Proof is not made as it has to be/],
  ['proof-check', 'refuses a proof of which the first bit is wrong', /Goodbye\(REFUSED\): not within/],
  ['nonce', 'takes a nonce of fewer than 16 bytes for a violation', /Goodbye\(VIOLATION\): not within/],
  ['length', 'takes a length over its limit for a violation, by its number alone', /Goodbye\(VIOLATION\): not within/],
  ['numbers', 'reads payloads under the numbers of their writer', /INVALID_PAYLOAD/],
  ['order', 'sends the items of a stream in order, and completes', /item 0: differs/],
  ['credit', 'sends no item without credit', /for call 1 without credit/],
  ['credit', 'sends the items of an upload as it is granted', /Next .*nothing was to come/],
  ['parts', 'takes a request in parts', /INVALID_PAYLOAD|Fail came/],
  ['credit-check', 'takes an item without credit for a violation', /Goodbye\(VIOLATION\): not within/],
  ['cancel', 'ends a stream that is cancelled, also one that has credit', /Next .*nothing was to come/],
  ['late', 'passes over whatever comes for a call that it has answered', /VIOLATION.* came instead of/],
  ['deadline', 'fails a request with TIMEOUT when its deadline is over, and not before', /not within/],
  ['ids', 'takes an Open with an id that was used for a violation', /Goodbye\(VIOLATION\): not within/],
  ['limit', 'takes one more call for a violation', /Goodbye\(VIOLATION\): not within/],
  ['pong', 'answers each Ping with a Pong of its token, in order', /Pong: not within/],
  ['goodbye', 'answers Goodbye(DONE) with its own, and ends its half', /without Goodbye\(DONE\)/],
]

for (const [fault, foundBy, says] of faults)
  test.serial(`a peer whose ${fault} is broken is found out: it no longer ${foundBy}`, async t => {
    const [sane, found] = ['says Hello at once, and nothing else before it has heard one', foundBy].map(title =>
      peerConformanceCases.find(({ name }) => name === title),
    )
    const broken = foreign(fault)
    waitAtMost(patience)
    await t.notThrowsAsync(async () => sane?.run(broken))
    // what never comes is not worth the whole patience
    waitAtMost(says.source.includes('not within') ? 500 : patience)
    const error = await t.throwsAsync(async () => found?.run(broken))
    waitAtMost(patience)
    t.regex(error?.message ?? '', says)
  })

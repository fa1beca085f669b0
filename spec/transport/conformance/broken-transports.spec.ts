import test from 'ava'
import { of, map, tap } from 'rxjs'
import type { Pipe } from 'sluice'
import { byteCases, conformanceCases, serveConformance, type Capability, type ByteRig } from 'sluice/testing'
import { waitAtMost } from '../../../src/testing/conformance/waiting.js'
import { turnstile } from '../../helpers/turnstile.js'
import { broken, whole } from './broken-transports.js'

const enter = turnstile(12)

const can = new Set<Capability>(['many clients', 'reconnect', 'kill', 'reports death'])

/** Runs the case of bytes of that name; `undefined` once it has kept still. */
const byteRun = (rig: () => ByteRig, name: string): Promise<unknown> => {
  const found = byteCases.find(one => one.name === name)
  if (found === undefined) throw new Error(`no case of bytes is called: ${name}`)
  return enter(() => found.run(of(null).pipe(map(rig)))).catch((error: unknown) => error ?? 'rejected')
}

/** The same with a peer at either end. The far program is killed by an abortion of all its pipes. */
const peerRun = async (rig: () => ByteRig, name: string): Promise<unknown> => {
  const found = conformanceCases.find(one => `${one.group}: ${one.name}` === name)
  if (found === undefined) throw new Error(`no case is called: ${name}`)
  const { dial, pipes$ } = rig()
  const accepted: Pipe[] = []
  const far = pipes$
    .pipe(
      tap(pipe => void accepted.push(pipe)),
      serveConformance(),
    )
    .subscribe({ error: () => undefined })
  const kill = () => accepted.forEach(({ outgoing }) => outgoing.error(new Error('killed')))
  try {
    return await enter(() => found.run({ name, dial, can, kill })).catch((error: unknown) => error ?? 'rejected')
  } finally {
    far.unsubscribe()
  }
}

test.serial('the cases that notice these faults notice none in a transport without', async t => {
  try {
    for (const { name } of byteCases) t.is(await byteRun(whole, name), undefined, name)
    for (const name of new Set(Object.values(broken).flatMap(({ peers = [] }) => peers)))
      t.is(await peerRun(whole, name), undefined, name)
  } finally {
    // from here on what does not come does not come later either
    waitAtMost(2_000)
  }
})

for (const [what, { rig, bytes, peers }] of Object.entries(broken)) {
  test(`a transport that ${what} does not pass the list`, async t => {
    const byBytes = await byteRun(rig, bytes)
    t.not(byBytes, undefined, bytes)
    t.log(`${bytes}: ${String(byBytes)}`)
    if (peers === undefined) return
    const byPeers = await peerRun(rig, peers)
    t.not(byPeers, undefined, peers)
    t.log(`${peers}: ${String(byPeers)}`)
  })
}

test('each case of bytes notices a fault', t => {
  const noticing = new Set(Object.values(broken).map(({ bytes }) => bytes))
  t.deepEqual(
    byteCases.map(({ name }) => name).filter(name => !noticing.has(name)),
    [],
  )
})

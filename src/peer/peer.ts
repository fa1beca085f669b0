import { asyncScheduler, Observable, type OperatorFunction } from 'rxjs'
import { defaultReassemblyBytes } from '../call/calls-options.js'
import { compileContract } from '../contract/compile-contract.js'
import { contractsOf, type AnyContract } from '../contract/contract.js'
import { checkOptions } from '../error/check-options.js'
import type { Pipe } from '../pipe/pipe.js'
import { defaultContinuity } from '../session/continuity.js'
import { defaultHeartbeat } from '../session/heartbeat.js'
import { longestWait } from '../session/longest-wait.js'
import { defaultLimits } from '../wire/hello-codec.js'
import type { PeerSetup } from './peer-core.js'
import { peerRules, type PeerOptions } from './peer-options.js'
import { Peers } from './peers.js'
import type { NoContract, Peer } from './peer-types.js'

const compiled = (contracts: AnyContract | undefined) =>
  contracts === undefined ? [] : contractsOf(contracts).map(contract => compileContract(contract))

// eslint-disable-next-line no-restricted-globals -- the one place where randomness comes in, unless it is injected
const fromCrypto = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size))

const continuityOf = (resume: PeerOptions<AnyContract, AnyContract>['resume']): PeerSetup['continuity'] => {
  const all = { ...defaultContinuity, ...(resume === false ? { windowMs: 0 } : resume) }
  return { ...all, windowMs: longestWait(all.windowMs), ackAfterMs: longestWait(all.ackAfterMs) }
}

const setUp = (options: PeerOptions<AnyContract, AnyContract>): PeerSetup => {
  checkOptions('peer', options, peerRules)
  const serves = compiled(options.serves)
  const uses = compiled(options.uses)
  const random = options.random ?? fromCrypto
  const scheduler = options.scheduler ?? asyncScheduler
  return {
    serves,
    uses,
    names: new Set(serves.flatMap(({ methods }) => methods.map(({ name }) => name))),
    scheduler,
    grace: longestWait(options.grace ?? 5_000),
    claimWithin: options.claimWithin ?? 30_000,
    waiting: options.waiting ?? 16_384,
    buffer: options.buffer ?? {},
    fragmentBytes: options.fragmentBytes,
    reassemblyBytes: options.reassemblyBytes ?? defaultReassemblyBytes,
    stacks: options.stacks ?? false,
    handshakes: options.handshakes ?? 64,
    detached: options.resume === false ? 0 : (options.resume?.sessions ?? 64),
    heartbeat: options.heartbeat === false ? undefined : { ...defaultHeartbeat, ...options.heartbeat },
    asksForHeartbeat: options.heartbeat !== undefined,
    continuity: continuityOf(options.resume),
    session: {
      serves,
      uses,
      scheduler,
      validation: options.validation ?? 'report',
      limits: { ...defaultLimits, ...options.limits },
      nonce: () => random(32),
      handshakeTimeout: longestWait(options.handshakeTimeout ?? 5_000),
      goodbyeTimeout: 1_000,
    },
  }
}

/**
 * Turns pipes into peers: framing, handshake and calls in one operator.
 *
 * On a dialler it emits once, when the first handshake is done; that `Peer` lives as long as the subscription, over
 * every reconnect. It completes after an orderly goodbye, and fails with the pipe's error, or with `Refused`. On a
 * listener it emits a `Peer` for each client that came to a session; one client's failure is not the others', and goes
 * to the option `refused`, or to that peer's `status$`.
 *
 * What is subscribed while the `Peer` is emitted misses no call. Unsubscribing says goodbye, which cancels every call.
 *
 * @throws InvalidOption
 *
 * @example
 * ```ts
 * dial(key).pipe(
 *   peer({ uses: Kitchen, serves: Diner }),
 *   switchMap(kitchen => kitchen.remote.ticks({ everyMs: 100 })),
 * ).subscribe(console.log)
 * ```
 */
export const peer = <const Serves extends AnyContract = NoContract, const Uses extends AnyContract = NoContract>(
  options: PeerOptions<Serves, Uses>,
): OperatorFunction<Pipe, Peer<Uses, Serves>> => {
  const setup = setUp(options)
  return pipes$ =>
    new Observable(subscriber => {
      const peers = new Peers(setup, options.refused, subscriber)
      subscriber.add(() => peers.leave())
      subscriber.add(
        pipes$.subscribe({
          next: pipe => peers.accept(pipe),
          error: (error: unknown) => peers.sourceFailed(error),
          complete: () => peers.sourceCompleted(),
        }),
      )
    })
}

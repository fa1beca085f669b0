import { asyncScheduler, Observable, Subscription, type OperatorFunction } from 'rxjs'
import { compileContract } from '../contract/compile-contract.js'
import { contractsOf, type AnyContract } from '../contract/contract.js'
import type { Pipe } from '../pipe/pipe.js'
import { session } from '../session/session.js'
import { framed } from '../wire/framed.js'
import { defaultLimits } from '../wire/session-frame-codec.js'
import { PeerCore, type PeerSetup } from './peer-core.js'
import type { PeerOptions } from './peer-options.js'
import type { NoContract, Peer } from './peer-types.js'

const compiled = (contracts: AnyContract | undefined) =>
  contracts === undefined ? [] : contractsOf(contracts).map(contract => compileContract(contract))

// eslint-disable-next-line no-restricted-globals -- the one place where randomness comes in, unless it is injected
const fromCrypto = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size))

const setUp = (options: PeerOptions<AnyContract, AnyContract>): PeerSetup => {
  const serves = compiled(options.serves)
  const uses = compiled(options.uses)
  const random = options.random ?? fromCrypto
  const scheduler = options.scheduler ?? asyncScheduler
  return {
    serves,
    uses,
    scheduler,
    grace: options.grace ?? 5_000,
    claimWithin: options.claimWithin ?? 30_000,
    waiting: options.waiting ?? 16_384,
    buffer: options.buffer ?? {},
    stacks: options.stacks ?? false,
    session: {
      serves,
      uses,
      scheduler,
      validation: options.validation ?? 'report',
      limits: { ...defaultLimits, ...options.limits },
      nonce: () => random(32),
      handshakeTimeout: options.handshakeTimeout ?? 5_000,
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

interface Listener {
  next(peer: Peer<any, any>): void
  error(error: unknown): void
  complete(): void
}

/** The pipes of one subscription, and the peers made of them. */
class Peers {
  /** The one peer of a dialler, once it has been emitted. */
  private dialler: PeerCore | undefined
  private readonly sessions = new Set<Subscription>()
  private readonly cores = new Set<PeerCore>()
  private sourceDone = false
  private left = false

  constructor(
    private readonly setup: PeerSetup,
    private readonly refused: ((error: unknown) => void) | undefined,
    private readonly listener: Listener,
  ) {}

  accept(pipe: Pipe): void {
    const { limits } = this.setup.session
    const isDialler = pipe.end === 'dialled'
    let core: PeerCore | undefined
    const ended = (error?: { readonly error: unknown }) => {
      this.sessions.delete(running)
      if (isDialler) this.diallerLost(pipe, core, error)
      else this.clientLost(core, error)
    }
    const running = new Subscription()
    this.sessions.add(running)
    const agreed$ = session(this.setup.session)(framed(limits.frameBytes)(pipe))
    const subscription = agreed$.subscribe({
      next: agreed => {
        const known = isDialler ? this.dialler : undefined
        const made = known ?? new PeerCore(this.setup, () => this.closed(made))
        core = made
        this.cores.add(made)
        made.begin(agreed)
        if (isDialler) this.dialler = made
        if (known === undefined) this.listener.next(made.peer)
        made.release()
      },
      error: (error: unknown) => ended({ error }),
      complete: () => ended(),
    })
    running.add(subscription)
  }

  sourceFailed(error: unknown): void {
    this.end({ error })
  }

  sourceCompleted(): void {
    this.sourceDone = true
    this.endIfDone()
  }

  /** Nobody is subscribed any more. */
  leave(): void {
    if (this.left) return
    this.left = true
    for (const core of this.cores) core.end({})
    for (const running of this.sessions) running.unsubscribe()
  }

  private diallerLost(pipe: Pipe, core: PeerCore | undefined, error: { readonly error: unknown } | undefined): void {
    core?.lose(error?.error, pipe.attempts)
    if (core?.isClosing === true) this.closed(core)
    // without somebody who dials again, the source fails or completes as the pipe did; a bare pipe has no such source
    else if (pipe.attempts === undefined && this.sourceDone && error !== undefined) this.end(error)
    else this.endIfDone()
  }

  private clientLost(core: PeerCore | undefined, error: { readonly error: unknown } | undefined): void {
    if (core === undefined) {
      if (error !== undefined) this.refused?.(error.error)
    } else {
      this.cores.delete(core)
      core.end(error ?? {})
    }
    this.endIfDone()
  }

  /** A peer was closed by its user: on a dialler that is the end. */
  private closed(core: PeerCore | undefined): void {
    if (core === this.dialler) this.end({})
  }

  private endIfDone(): void {
    if (this.sourceDone && this.sessions.size === 0) this.end({})
  }

  private end(ended: { readonly error?: unknown }): void {
    if (this.left) return
    this.left = true
    for (const core of this.cores) core.end(ended)
    for (const running of this.sessions) running.unsubscribe()
    if ('error' in ended) this.listener.error(ended.error)
    else this.listener.complete()
  }
}

import { mergeMap, type Observable } from 'rxjs'
import { contractsOf, type AnyContract } from '../contract/contract.js'
import type { PeerOptions } from '../peer/peer-options.js'
import type { NoContract, Peer } from '../peer/peer-types.js'
import { peer } from '../peer/peer.js'
import { reconnect, type Policy } from '../pipe/reconnect.js'
import type { Wire, WireOptions } from './wire.js'

/** Two real ends of one contract, and the wire between them. */
export interface Peers<Uses extends AnyContract, Back extends AnyContract = NoContract> extends Wire {
  /** The end that calls: dials when it is subscribed, and hangs up when it is unsubscribed. Each subscription is a client. */
  readonly client$: Observable<Peer<Uses, Back>>
}

/** How the two ends are set up, beside their contract. */
export interface PeersOptions<
  Uses extends AnyContract = AnyContract,
  Back extends AnyContract = AnyContract,
> extends Omit<WireOptions, 'contracts'> {
  /** What the client takes for the contract, where it has another edition of it than the server. */
  readonly uses?: Uses
  /** A contract that goes the other way: the server calls it, and the client serves it. */
  readonly back?: Back
  /** When the client dials again after a break; without it a break is the end. */
  readonly reconnect?: Policy
  /** What else the client is set up with. */
  readonly client?: PeerOptions<AnyContract, AnyContract>
  /** What else the server is set up with. */
  readonly server?: PeerOptions<AnyContract, AnyContract>
}

/**
 * Makes two ends that speak a contract. Both are real: peers with their sessions, heartbeats and windows, on virtual time.
 *
 * @param contract - what the server answers and the client calls
 * @param serving - given each client, what the server does for the length of the test: `client => serve(client, handlers)`
 */
export type MakePeers = <C extends AnyContract, Uses extends AnyContract = C, Back extends AnyContract = NoContract>(
  contract: C,
  serving: (client: Peer<Back, C>) => Observable<unknown>,
  options?: PeersOptions<Uses, Back>,
) => Peers<Uses, Back>

/** @internal */
export const makePeers =
  (
    wire: (options?: WireOptions) => Wire,
    run: (source$: Observable<unknown>) => void,
    random: (size: number) => Uint8Array,
  ): MakePeers =>
  <C extends AnyContract, Uses extends AnyContract, Back extends AnyContract>(
    contract: C,
    serving: (client: Peer<Back, C>) => Observable<unknown>,
    { uses, back, reconnect: policy, client, server, ...options }: PeersOptions<Uses, Back> = {},
  ): Peers<Uses, Back> => {
    const spoken = [contract, uses, back].flatMap(each => (each === undefined ? [] : contractsOf(each)))
    const made = wire({ contracts: spoken, ...options })
    const forClients = { random, ...server, serves: contract, ...(back === undefined ? {} : { uses: back }) }
    run(made.pipes$.pipe(peer(forClients as PeerOptions<C, Back>), mergeMap(serving)))
    const dial = policy === undefined ? made.dial : made.dial.pipe(reconnect(policy))
    const forServer = { random, ...client, uses: uses ?? contract, ...(back === undefined ? {} : { serves: back }) }
    return { ...made, client$: dial.pipe(peer(forServer as PeerOptions<Back, Uses>)) }
  }

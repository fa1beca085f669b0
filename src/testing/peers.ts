import { mergeMap, type Observable } from 'rxjs'
import type { AnyContract } from '../contract/contract.js'
import type { PeerOptions } from '../peer/peer-options.js'
import type { NoContract, Peer } from '../peer/peer-types.js'
import { peer } from '../peer/peer.js'
import type { Wire, WireOptions } from './wire.js'

/** Two real ends of one contract, and the wire between them. */
export interface Peers<C extends AnyContract> extends Wire {
  /** The end that calls: dials when it is subscribed. */
  readonly client$: Observable<Peer<C>>
}

/** How the two ends are set up, beside their contract. */
export interface PeersOptions extends WireOptions {
  readonly client?: PeerOptions<AnyContract, AnyContract>
  readonly server?: PeerOptions<AnyContract, AnyContract>
}

/** Makes two ends that speak a contract; the server runs for the length of the test. */
export type MakePeers = <C extends AnyContract>(
  contract: C,
  serving: (client: Peer<NoContract, C>) => Observable<unknown>,
  options?: PeersOptions,
) => Peers<C>

/** @internal */
export const makePeers =
  (
    wire: (options?: WireOptions) => Wire,
    run: (source$: Observable<unknown>) => void,
    random: (size: number) => Uint8Array,
  ): MakePeers =>
  (contract, serving, { client, server, ...options } = {}) => {
    const made = wire(options)
    run(made.pipes$.pipe(peer({ random, ...server, serves: contract }), mergeMap(serving)))
    return { ...made, client$: made.dial.pipe(peer({ random, ...client, uses: contract })) }
  }

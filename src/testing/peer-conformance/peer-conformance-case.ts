import type { Transport } from '../../pipe/pipe.js'

/**
 * What a peer can do beyond what every peer has to; a case that needs what it cannot is left out.
 *
 * | capability | means |
 * |---|---|
 * | `secret` | its pipes come from a key: both ends hold a secret, and prove so |
 * | `calls` | it calls the far end too: its method `back` does what the contract says |
 */
export type PeerCapability = 'secret' | 'calls'

/** A peer in any language, reached by pipes: what the cases are run against. */
export interface PeerConformanceSubject {
  /** As its author calls it; for titles. */
  readonly name: string
  readonly can: ReadonlySet<PeerCapability>
  /**
   * One more pipe to it with each subscription, several of them open at once. The peer serves `peerConformanceContract` on each,
   * and uses it too where it `calls`.
   */
  readonly dial: Transport
}

/** One rule of the wire, as a peer is held to it. Knows no test runner. */
export interface PeerConformanceCase {
  /** A heading of `proto/README.md`, or what comes closest. */
  readonly group: string
  /** A sentence about what the peer does. */
  readonly name: string
  readonly needs: readonly PeerCapability[]
  /** Opens its own pipes and lets go of them. Rejects when the rule is broken. */
  readonly run: (subject: PeerConformanceSubject) => Promise<void>
}

type Written = readonly [name: string, run: PeerConformanceCase['run'], needs?: readonly PeerCapability[]]

/** The cases of one group. */
export const peerGroup = (name: string, cases: readonly Written[]): readonly PeerConformanceCase[] =>
  cases.map(([title, run, needs = []]) => ({ group: name, name: title, needs, run }))

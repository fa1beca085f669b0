import type { Observable } from 'rxjs'
import type { RunHelpers, TestScheduler } from 'rxjs/testing'
import type { ExpectCalls } from './expect-calls.js'
import type { ExpectCredit } from './expect-credit.js'
import type { ExpectFrames } from './expect-frames.js'
import type { ExpectStatus } from './expect-status.js'
import type { MakePeers } from './peers.js'
import type { MakeScript } from './script.js'
import type { Wire, WireOptions } from './wire.js'

/** What a marble test is given: rxjs's own helpers, and the wire. */
export interface MarbleHelpers extends RunHelpers {
  /** Two ends of a pipe, each end's frames recorded; see {@link Wire}. */
  readonly wire: (options?: WireOptions) => Wire
  /** Expects the frames that one end of a wire sends, as a diagram; see {@link ExpectFrames}. */
  readonly expectFrames: ExpectFrames
  /** Expects the calls of one end, each from its beginning to its end; see {@link ExpectCalls}. */
  readonly expectCalls: ExpectCalls
  /** Expects how much one end may still send on a call, over time; see {@link ExpectCredit}. */
  readonly expectCredit: ExpectCredit
  /** Expects how a connection is, over time; see {@link ExpectStatus}. */
  readonly expectStatus: ExpectStatus
  /** Random bytes that are the same in every run: for the option `random` of a peer. */
  readonly random: (size: number) => Uint8Array
  /** Random numbers, 0 to 1, that are the same in every run: for {@link byChance}, and for the jitter of `exponential`. */
  readonly chance: () => number
  /** Subscribes for the length of the test, and unsubscribes at the time that `end` says. */
  readonly run: (source$: Observable<unknown>) => void
  /** Two ends of a contract on a wire: the server runs for the length of the test, the client is for the test to subscribe. */
  readonly peers: MakePeers
  /** A far end that plays what a diagram says, so that one's own end is tested alone; see {@link MakeScript}. */
  readonly script: MakeScript
  readonly scheduler: TestScheduler
}

/** How one marble test runs. */
export interface MarbleOptions {
  /**
   * When the test ends, in virtual milliseconds: all that `run` began, and every expectation without an end of its own, is unsubscribed
   * then. Default 60,000.
   */
  readonly end?: number
  /** What `random` and `chance` begin with; default 1. */
  readonly seed?: number
}

import type { Observable } from 'rxjs'
import type { RunHelpers, TestScheduler } from 'rxjs/testing'
import { frameExpectations, type ExpectFrames } from './expect-frames.js'
import { makePeers, type MakePeers } from './peers.js'
import { seeded } from './seeded.js'
import { VirtualScheduler } from './virtual-scheduler.js'
import { makeWire, type Wire, type WireOptions } from './wire.js'

/** What a marble test is given: rxjs's own helpers, and the wire. */
export interface MarbleHelpers extends RunHelpers {
  /** Two ends of a pipe, each end's frames recorded; see {@link Wire}. */
  readonly wire: (options?: WireOptions) => Wire
  /** Expects the frames that one end of a wire sends, as a diagram; see {@link ExpectFrames}. */
  readonly expectFrames: ExpectFrames
  /** Random bytes that are the same in every run: for the option `random` of a peer. */
  readonly random: (size: number) => Uint8Array
  /** Random numbers, 0 to 1, that are the same in every run: for {@link byChance}, and for the jitter of `exponential`. */
  readonly chance: () => number
  /** Subscribes for the length of the test, and unsubscribes at the time that `end` says. */
  readonly run: (source$: Observable<unknown>) => void
  /** Two ends of a contract on a wire: the server runs for the length of the test, the client is for the test to subscribe. */
  readonly peers: MakePeers
  readonly scheduler: TestScheduler
}

/** How {@link createMarbles} compares. */
export interface MarbleRunner {
  /** Throws when the two differ, however deep. */
  readonly assertDeepEqual: (actual: unknown, expected: unknown) => void
}

/** How one marble test runs. */
export interface MarbleOptions {
  /** When everything that `run` began is unsubscribed, in virtual milliseconds; default 60,000. */
  readonly end?: number
  /** What `random` and `chance` begin with; default 1. */
  readonly seed?: number
}

/**
 * Makes marble tests for any runner.
 *
 * @example
 * ```ts
 * const marbles = createMarbles({ assertDeepEqual: assert.deepStrictEqual })
 * test('counts', () => marbles(({ cold, expectObservable }) => expectObservable(cold('a|')).toBe('a|')))
 * ```
 */
export const createMarbles =
  ({ assertDeepEqual }: MarbleRunner) =>
  (test: (helpers: MarbleHelpers) => void, { end = 60_000, seed = 1 }: MarbleOptions = {}): void => {
    const scheduler = new VirtualScheduler(assertDeepEqual)
    scheduler.run(helpers => {
      const { expectFrames, check } = frameExpectations(assertDeepEqual)
      const bytes = seeded(seed)
      const random = (size: number) => Uint8Array.from({ length: size }, () => bytes() * 256)
      const wire = (options?: WireOptions) => makeWire(scheduler, options)
      const run = (source$: Observable<unknown>) => {
        const subscription = source$.subscribe()
        scheduler.schedule(() => subscription.unsubscribe(), end)
      }
      test({
        ...helpers,
        scheduler,
        random,
        chance: seeded(~seed),
        expectFrames,
        wire,
        run,
        peers: makePeers(wire, run, random),
      })
      // the frames are there once virtual time has run out
      helpers.flush()
      check()
    })
  }

/** The part of ava's `t` that is needed. */
export interface AvaLike {
  deepEqual(actual: unknown, expected: unknown): unknown
}

/** A marble test in ava: a `TestScheduler` whose matcher is `t.deepEqual`. */
export const marbles = (t: AvaLike, test: (helpers: MarbleHelpers) => void, options?: MarbleOptions): void =>
  createMarbles({ assertDeepEqual: (actual, expected) => void t.deepEqual(actual, expected) })(test, options)

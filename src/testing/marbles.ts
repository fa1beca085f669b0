import { explaining } from './explaining.js'
import { ObservableExpectations } from './expect-observables.js'
import { Lanes, type AssertDeepEqual } from './lane.js'
import type { MarbleHelpers, MarbleOptions } from './marble-test.js'
import { withOwnSchedulers } from './own-schedulers.js'
import { Stage } from './stage.js'
import { VirtualScheduler } from './virtual-scheduler.js'

/** How {@link createMarbles} compares. */
export interface MarbleRunner {
  /** Throws when the two differ, however deep. */
  readonly assertDeepEqual: AssertDeepEqual
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
  (runner: MarbleRunner) =>
  (test: (helpers: MarbleHelpers) => void, options: MarbleOptions = {}): void =>
    withOwnSchedulers(() => {
      const assertDeepEqual = explaining(runner.assertDeepEqual)
      const observables = new ObservableExpectations(assertDeepEqual)
      const lanes = new Lanes(assertDeepEqual)
      const scheduler = new VirtualScheduler(observables.compare)
      scheduler.run(given => {
        const stage = new Stage(scheduler, given, observables, lanes, options)
        test(stage.helpers)
        stage.helpers.flush()
        stage.refuseEndless()
        lanes.check()
      })
    })

/** The part of ava's `t` that is needed. */
export interface AvaLike {
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown
}

/** A marble test in ava: a `TestScheduler` whose matcher is `t.deepEqual`. */
export const marbles = (t: AvaLike, test: (helpers: MarbleHelpers) => void, options?: MarbleOptions): void =>
  createMarbles({ assertDeepEqual: (actual, expected, message) => void t.deepEqual(actual, expected, message) })(
    test,
    options,
  )

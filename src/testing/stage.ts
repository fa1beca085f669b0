import type { Observable } from 'rxjs'
import type { RunHelpers } from 'rxjs/testing'
import { expectCallsIn } from './expect-calls.js'
import { expectCreditIn } from './expect-credit.js'
import { expectFramesIn } from './expect-frames.js'
import type { ObservableExpectations } from './expect-observables.js'
import { expectStatusIn } from './expect-status.js'
import type { Lanes } from './lane.js'
import type { MarbleHelpers, MarbleOptions } from './marble-test.js'
import { makePeers } from './peers.js'
import { makeScript } from './script.js'
import { seeded } from './seeded.js'
import type { VirtualScheduler } from './virtual-scheduler.js'
import { makeWire, type WireOptions } from './wire.js'

/** How long after the end of a test something may still happen, in virtual milliseconds. */
const patience = 600_000

/** What one marble test stands on: its helpers, and its end. */
export class Stage {
  readonly helpers: MarbleHelpers
  private isArmed = false

  constructor(
    private readonly scheduler: VirtualScheduler,
    given: RunHelpers,
    private readonly observables: ObservableExpectations,
    lanes: Lanes,
    private readonly options: MarbleOptions,
  ) {
    const { seed = 1 } = options
    const bytes = seeded(seed)
    const random = (size: number) => Uint8Array.from({ length: size }, () => bytes() * 256)
    const wire = (wireOptions?: WireOptions) => makeWire(scheduler, wireOptions)
    const run = (source$: Observable<unknown>) => void observables.hold(source$).subscribe()
    this.helpers = {
      ...given,
      ...observables.over(given),
      flush: () => {
        this.arm()
        given.flush()
      },
      scheduler,
      random,
      // another seed than that of the bytes
      chance: seeded(~seed),
      expectFrames: expectFramesIn(lanes),
      expectCalls: expectCallsIn(lanes),
      expectCredit: expectCreditIn(lanes),
      expectStatus: expectStatusIn(lanes, observables, scheduler),
      wire,
      run,
      peers: makePeers(wire, run, random),
      script: makeScript({ wire, run, random, lanes, now: () => scheduler.now() }),
    }
  }

  /** Sees to it that all ends, before time begins to run. */
  private arm(): void {
    if (this.isArmed) return
    this.isArmed = true
    const { scheduler, observables } = this
    const { end = 60_000 } = this.options
    if (observables.latestHeld > end)
      throw new Error(
        `a diagram names ${observables.latestHeld} ms, and the test ends at ${end} ms: give it a later { end }, ` +
          'or the expectation an end of its own, as in expectObservable(source, "90s !")',
      )
    scheduler.schedule(() => observables.end(end), end)
    scheduler.maxFrames = Math.max(end, observables.latest) + patience
  }

  /** Fails where something goes on without an end. */
  refuseEndless(): void {
    const { scheduler } = this
    const next = scheduler.actions[0] as { readonly delay: number } | undefined
    if (next === undefined) return
    scheduler.actions.length = 0
    throw new Error(
      `something is still under way ${patience / 60_000} minutes after the end of the test, at ${next.delay} ms: ` +
        'subscribe to it with run(), or give its expectation an end, as in expectObservable(source, "20ms !")',
    )
  }
}

import { animationFrameScheduler, asapScheduler, asyncScheduler, queueScheduler } from 'rxjs'

/** What a scheduler of rxjs 7 has under way. Its types leave out two of the three. */
interface Under {
  actions: unknown[]
  _active: boolean
  _scheduled: unknown
}

const shared = [asapScheduler, asyncScheduler, queueScheduler, animationFrameScheduler] as unknown as readonly Under[]

/**
 * Runs something with rxjs's schedulers as they were when the program began, and gives them back as they were before.
 *
 * `TestScheduler.run` turns their clocks, but they keep one queue for virtual and for real time. An asap action of a test that waits
 * in real time would keep those of a marble test from ever being flushed, and what a marble test leaves in the queue
 * would do the same to the real ones after it. So tests of both kinds in one file made each other hang.
 */
export const withOwnSchedulers = <T>(work: () => T): T => {
  const before = shared.map(scheduler => ({ ...scheduler }))
  for (const scheduler of shared) Object.assign(scheduler, { actions: [], _active: false, _scheduled: undefined })
  try {
    return work()
  } finally {
    before.forEach(({ actions, _active, _scheduled }, i) =>
      Object.assign(shared[i] as Under, { actions, _active, _scheduled }),
    )
  }
}

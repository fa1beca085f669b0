import type { SchedulerAction, Subscription } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'

const nothingDue = 'Expected a due immediate or interval'

/**
 * A `TestScheduler` on which an immediate may clear an interval that is due at the same moment.
 *
 * rxjs's own (7.8) gives each of them a turn and throws when a turn finds nothing left to do. That is no error: a pipe
 * that breaks at the very moment at which a timer rings does just that.
 */
export class VirtualScheduler extends TestScheduler {
  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    return super.schedule(
      function (this: SchedulerAction<T>, given?: T) {
        try {
          work.call(this, given)
        } catch (error) {
          if (!(error instanceof Error) || error.message !== nothingDue) throw error
        }
      },
      delay,
      state,
    )
  }
}

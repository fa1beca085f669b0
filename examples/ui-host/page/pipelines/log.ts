import { animationFrameScheduler, auditTime, scan, switchMap, type Observable } from 'rxjs'
import { host$ } from './host.js'

/** How many lines are kept. */
const most = 500

/** The last lines of the log. */
export interface Lines {
  /** How many came before the first that is kept. */
  readonly dropped: number
  readonly kept: readonly string[]
}

const none: Lines = { dropped: 0, kept: [] }

/** The end of the followed file. After a reconnect it goes on behind the last line that came, also with another host. */
export const lines$: Observable<Lines> = host$.pipe(
  switchMap(host => host.remote.log({})),
  scan(({ dropped, kept }, { lines }) => {
    const all = [...kept, ...lines]
    const over = Math.max(0, all.length - most)
    return { dropped: dropped + over, kept: all.slice(over) }
  }, none),
  auditTime(0, animationFrameScheduler),
)

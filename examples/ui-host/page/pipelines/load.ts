import { auditTime, type Observable, scan, shareReplay, switchMap } from 'rxjs'
import type { Load } from '../../contracts.js'
import { host$ } from './host.js'

/** How far the chart goes back, in milliseconds. */
export const span = 180_000

/** A longer time without a sample is a gap: the host was gone. In milliseconds. */
const longest = 3_500

/** A sample, or a moment at which nothing is known. */
export type Moment = Load | { readonly at: number; readonly cpu: null; readonly memoryUsed: null }

/** Beside the latest sample, what the chart shows: the last three minutes, with gaps. */
export interface History {
  readonly now: Load | undefined
  readonly moments: readonly Moment[]
}

const unknown: History = { now: undefined, moments: [] }

const follow = ({ now, moments }: History, load: Load): History => {
  const gap: readonly Moment[] =
    now !== undefined && load.at - now.at > longest ? [{ at: now.at + 1, cpu: null, memoryUsed: null }] : []
  return { now: load, moments: [...moments.filter(({ at }) => at > load.at - span), ...gap, load] }
}

/** The machine's load, once a second. A host keeps the last minutes, which come at once. */
export const load$: Observable<History> = host$.pipe(
  switchMap(host => host.remote.load({ since: 0 })),
  scan(follow, unknown),
  auditTime(0), // not by frames: a tab that nobody sees has a title, too
  shareReplay({ bufferSize: 1, refCount: true }),
)

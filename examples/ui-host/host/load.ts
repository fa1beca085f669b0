import { catchError, defer, EMPTY, exhaustMap, type Observable, ReplaySubject, share, timer } from 'rxjs'
import si from 'systeminformation'
import type { Load } from '../contracts.js'

/** How often the machine is asked, in milliseconds. */
const everyMs = 1_000

/** How many answers are kept for a page that is opened later. */
const kept = 180

const sample = async (): Promise<Load> => {
  const [load, { total, available }] = await Promise.all([si.currentLoad(), si.mem()])
  return {
    at: Date.now(),
    cpu: load.currentLoad,
    cores: load.cpus.map(core => core.load),
    memoryUsed: total - available,
  }
}

/** The machine's load, asked for once for all pages; the last minutes come first. */
export const load$: Observable<Load> = timer(0, everyMs).pipe(
  exhaustMap(() => defer(sample).pipe(catchError(() => EMPTY))),
  share({ connector: () => new ReplaySubject(kept) }),
)

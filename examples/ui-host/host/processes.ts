import { catchError, defer, EMPTY, exhaustMap, type Observable, ReplaySubject, share, timer } from 'rxjs'
import si from 'systeminformation'
import type { Process, Processes, Ranking } from '../contracts.js'

/** How often the machine is asked, in milliseconds. */
const everyMs = 2_000

/** All processes of the machine, asked for once for all pages, and only while a page looks. */
export const processes$: Observable<si.Systeminformation.ProcessesData> = timer(0, everyMs).pipe(
  exhaustMap(() => defer(() => si.processes()).pipe(catchError(() => EMPTY))),
  share({ connector: () => new ReplaySubject(1) }),
)

const order: Readonly<Record<Ranking['by'], (a: Process, b: Process) => number>> = {
  cpu: (a, b) => b.cpu - a.cpu || b.memory - a.memory,
  memory: (a, b) => b.memory - a.memory,
  pid: (a, b) => a.pid - b.pid,
  name: (a, b) => a.name.localeCompare(b.name) || a.pid - b.pid,
}

/** The first of them, by what a page asks for. Their arguments stay here: some hold passwords. */
export const ranked =
  ({ by, most }: Ranking) =>
  ({ all, running, list }: si.Systeminformation.ProcessesData): Processes => ({
    total: all,
    running,
    top: list
      .map(({ pid, name, cpu, memRss }) => ({ pid, name, cpu, memory: memRss * 1_024 }))
      .sort(order[by])
      .slice(0, most),
  })

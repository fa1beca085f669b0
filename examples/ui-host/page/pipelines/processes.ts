import { combineLatest, distinctUntilChanged, fromEvent, map, NEVER, type Observable, startWith, switchMap } from 'rxjs'
import type { Processes, Ranking } from '../../contracts.js'
import { host$ } from './host.js'

/** Whether anybody can see the page. */
const visible$ = fromEvent(document, 'visibilitychange').pipe(
  map(() => document.visibilityState === 'visible'),
  startWith(true),
  distinctUntilChanged(),
)

/** How many rows are asked for. */
const most = 80

/** The machine's processes in the order that is asked for. A page that nobody sees asks for none. */
export const processes = (by$: Observable<Ranking['by']>): Observable<Processes> =>
  combineLatest([host$, by$, visible$]).pipe(
    switchMap(([host, by, visible]) => (visible ? host.remote.processes({ by, most }) : NEVER)),
  )

import {
  asyncScheduler,
  BehaviorSubject,
  combineLatest,
  defer,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  shareReplay,
  startWith,
  Subject,
  switchMap,
  tap,
  throttleTime,
} from 'rxjs'
import { disconnected, peer, serve } from 'sluice'
import { tabs } from 'sluice/browser'
import { type Counting, Primes } from '../../contracts.js'
import { countPrimes } from './count-primes.js'

/** The SharedWorker's program: one computation, and every tab looks on. */

type Count = Omit<Counting, 'runs' | 'tabs'>
const idle: Count = { _tag: 'Idle', below: 0, reached: 0, primes: 0, seconds: 0 }

const orders$ = new Subject<{ readonly below: number } | undefined>()
let runs = 0

const run = (below: number): Observable<Count> =>
  defer(() => {
    runs += 1
    const begun = performance.now()
    return countPrimes(below).pipe(
      map(({ reached, primes }) => ({
        _tag: reached < below ? ('Counting' as const) : ('Done' as const),
        below,
        reached,
        primes,
        seconds: (performance.now() - begun) / 1_000,
      })),
    )
  })

/** A new order ends the computation before. */
const count$ = orders$.pipe(
  switchMap(order => (order === undefined ? of(idle) : run(order.below))),
  startWith(idle),
  shareReplay({ bufferSize: 1, refCount: false }),
)

const tabs$ = new BehaviorSubject(0)

const counting$: Observable<Counting> = combineLatest([count$, tabs$]).pipe(
  throttleTime(100, asyncScheduler, { leading: true, trailing: true }),
  map(([count, tabs]) => ({ ...count, runs, tabs })),
)

tabs()
  .pipe(
    peer({ serves: Primes, buffer: { overflow: 'latest' }, resume: false }),
    mergeMap(tab => {
      tabs$.next(tabs$.value + 1)
      const gone$ = disconnected(tab).pipe(tap(() => tabs$.next(tabs$.value - 1)))
      return merge(
        gone$,
        serve(tab, {
          progress: () => counting$,
          count: order => orders$.next(order),
          stop: () => orders$.next(undefined),
        }),
      )
    }),
  )
  .subscribe()

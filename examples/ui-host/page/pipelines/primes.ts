import { type Observable, shareReplay, switchMap, take } from 'rxjs'
import { exponential, peer, reconnect } from 'sluice'
import { sharedWorker } from 'sluice/browser'
import { type Counting, Primes } from '../../contracts.js'

/** The worker that all tabs of this page share; it lives as long as one of them does. */
const worker$ = sharedWorker(
  () => new SharedWorker(new URL('../worker/primes-worker.ts', import.meta.url), { type: 'module', name: 'primes' }),
).pipe(
  reconnect(exponential({ from: 100, to: 2_000 })),
  peer({ uses: Primes }),
  shareReplay({ bufferSize: 1, refCount: false }),
)

/** How far the worker is, whichever tab has asked for it. */
export const progress$: Observable<Counting> = worker$.pipe(switchMap(worker => worker.remote.progress()))

/** Lets the worker count all primes below a number, instead of what it counts now. */
export const count = (below: number): Observable<never> =>
  worker$.pipe(
    take(1),
    switchMap(worker => worker.remote.count({ below })),
  )

/** Lets it stop. */
export const stop = (): Observable<never> =>
  worker$.pipe(
    take(1),
    switchMap(worker => worker.remote.stop()),
  )

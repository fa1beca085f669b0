import {
  animationFrameScheduler,
  auditTime,
  BehaviorSubject,
  catchError,
  concat,
  debounceTime,
  defer,
  distinctUntilChanged,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
  startWith,
  switchMap,
  take,
} from 'rxjs'
import { paced } from 'sluice'
import type { Found } from '../../contracts.js'
import { FoundNames } from './found-names.js'
import { host$ } from './host.js'

/** What is known of a search. */
export interface Results {
  readonly words: string
  readonly names: FoundNames
  readonly length: number
  /** How many names the host has looked at. */
  readonly looked: number
  /** `Waiting`: the host holds still until more are wanted. */
  readonly state: 'Walking' | 'Waiting' | 'Done' | 'Failed'
  /** Says how many results there should be, as far as there are any; what was said before stays. */
  readonly want: (length: number) => void
}

/** How many are taken at first. */
export const atFirst = 1_000

/** One search: takes results as they are wanted, and lets the host wait for the rest. */
const searchFor = (words: string): Observable<Results> =>
  defer(() => {
    const names = new FoundNames()
    const wanted$ = new BehaviorSubject(atFirst)
    const want = (length: number): void => wanted$.next(Math.max(length, wanted$.value))
    let looked = 0
    const now = (state: Results['state']): Results => ({ words, names, length: names.length, looked, state, want })
    const room$ = wanted$.pipe(
      filter(wanted => names.length < wanted),
      take(1),
      ignoreElements(),
    )

    const take$ = paced((found: Found) => {
      names.add(found.directory, found.names)
      looked = found.looked
      return concat(of(now(names.length < wanted$.value ? 'Walking' : 'Waiting')), room$)
    }, 1)
    const found$ = host$.pipe(
      take(1),
      switchMap(host => host.remote.search({ words }, { credit: { items: 8 } }).pipe(take$)),
    )
    return concat(
      found$,
      defer(() => of(now('Done'))),
    ).pipe(
      startWith(now('Walking')),
      catchError(() => of(now('Failed'))),
      auditTime(0, animationFrameScheduler),
    )
  })

/** Searches as somebody types: the next letter cancels the search before, and the host stops walking. */
export const search = (typed$: Observable<string>): Observable<Results | undefined> =>
  typed$.pipe(
    map(typed => typed.trim()),
    debounceTime(60),
    distinctUntilChanged(),
    switchMap(words => (words === '' ? of(undefined) : searchFor(words))),
  )

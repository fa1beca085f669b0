import {
  defer,
  endWith,
  map,
  merge,
  type Observable,
  of,
  retry,
  scan,
  shareReplay,
  startWith,
  switchMap,
  timer,
} from 'rxjs'
import type { SchemaReport, Status } from 'sluice'
import type { About } from '../../contracts.js'
import { host$, refusal$ } from './host.js'

/** How the connection is, and since when. */
export type Connection = Status & { readonly since: number }

const begun: Connection = { _tag: 'Connecting', since: Date.now() }

/** How the connection is; `Disconnected` is for good. */
export const status$: Observable<Connection> = merge(
  host$.pipe(switchMap(host => host.status$)),
  refusal$.pipe(map((error): Status => ({ _tag: 'Disconnected', error }))),
).pipe(
  scan(
    (before, status): Connection => ({ ...status, since: before._tag === status._tag ? before.since : Date.now() }),
    begun,
  ),
  startWith(begun),
  shareReplay({ bufferSize: 1, refCount: false }),
)

/** Milliseconds until the next attempt, while the host is gone. */
export const nextTry$: Observable<number | undefined> = status$.pipe(
  switchMap(status => {
    const at = status._tag === 'Reconnecting' ? status.nextTryAt : undefined
    return at === undefined ? of(undefined) : timer(0, 200).pipe(map(() => Math.max(0, at - Date.now())))
  }),
)

/** The verdict of each handshake. */
export const schema$: Observable<SchemaReport> = host$.pipe(switchMap(host => host.schema$))

/** What the host says of itself, asked for after each handshake: it may be another host. */
export const about$: Observable<About> = host$.pipe(
  switchMap(host => host.schema$.pipe(switchMap(() => host.remote.about(undefined, { timeout: Infinity })))),
)

/** Milliseconds there and back, every two seconds. */
export const roundTrip$: Observable<number> = host$.pipe(
  switchMap(host => timer(500, 2_000).pipe(switchMap(() => timed(host.flush())))),
  retry({ delay: 2_000 }),
)

const timed = (work$: Observable<never>): Observable<number> =>
  defer(() => {
    const begun = performance.now()
    return work$.pipe(
      endWith(undefined),
      map(() => performance.now() - begun),
    )
  })

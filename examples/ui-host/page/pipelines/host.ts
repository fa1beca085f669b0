import { catchError, ignoreElements, NEVER, of, shareReplay } from 'rxjs'
import { exponential, peer, reconnect } from 'sluice'
import { dial } from 'sluice/browser'
import { Machine } from '../../contracts.js'

const connection$ = dial(location.hash.slice(1)).pipe(
  reconnect(exponential({ from: 250, to: 4_000 })),
  peer({ uses: Machine }),
  shareReplay({ bufferSize: 1, refCount: false }),
)

/**
 * The host, by the key in the page's fragment. One peer for as long as the page is open, over every reconnect and every
 * start of the host anew: what is subscribed on it goes on by itself.
 */
export const host$ = connection$.pipe(catchError(() => NEVER))

/** Why there will be no connection: the link is not the host's. */
export const refusal$ = connection$.pipe(
  ignoreElements(),
  catchError((error: unknown) => of(error)),
)

import { filter, map, type Observable } from 'rxjs'
import { type NoContract, type Peer, serve, type Settled } from 'sluice'
import type { Found, Machine, Search } from '../contracts.js'
import { about } from './about.js'
import { follow } from './follow.js'
import type { Journal } from './journal.js'
import { load$ } from './load.js'
import { processes$, ranked } from './processes.js'
import { search } from './search.js'

/** What a host shows. */
export interface Shown {
  /** The directory that is searched. */
  readonly tree: string
  /** The file that is followed. */
  readonly log: string
  readonly journal: Journal
}

const count = (n: number): string => n.toLocaleString('en')

/** A search that tells the journal how it went. Its `finally` runs when the page has cancelled the call, too. */
async function* told(found: AsyncGenerator<Found>, { words, after }: Search, journal: Journal): AsyncGenerator<Found> {
  let names = 0
  let looked = 0
  let how = 'cancelled'
  journal(`search "${words}": ${after === undefined ? 'begins' : `goes on behind ${after}`}`)
  try {
    for await (const item of found) {
      names += item.names.length
      looked = item.looked
      yield item
    }
    how = 'done'
  } finally {
    journal(`search "${words}": ${how} after ${count(looked)} names, ${count(names)} found`)
  }
}

/** Answers one page. What is iterated (the log, the search) waits while the page takes nothing. */
export const serveMachine = (
  page: Peer<NoContract, typeof Machine>,
  { tree, log, journal }: Shown,
): Observable<Settled> =>
  serve(page, {
    about: () => about(tree, log),
    load: ({ since }) => load$.pipe(filter(({ at }) => at > since)),
    processes: ranking => processes$.pipe(map(ranked(ranking))),
    log: (place, { cancelled$ }) => follow(log, place, cancelled$),
    search: asked => told(search(tree, asked), asked, journal),
  })

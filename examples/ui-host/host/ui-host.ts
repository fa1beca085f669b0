import { join } from 'node:path'
import { ignoreElements, merge, mergeMap, type Observable, of, switchMap, tap } from 'rxjs'
import { disconnected, peer, type Status } from 'sluice'
import { bind } from 'sluice/node'
import { Machine } from '../contracts.js'
import { type Journal, journalAt } from './journal.js'
import { keptSecret } from './kept-secret.js'
import { load$ } from './load.js'
import { pageServer } from './page-server.js'
import { serveMachine } from './serve-machine.js'

/** How a host is set up. */
export interface UiHostOptions {
  /** The page's port; the WebSocket has the next one. */
  readonly port: number
  /** The directory with the built page. */
  readonly page: string
  /** What a host keeps for the next one: its secret and its journal. */
  readonly state: string
  /** The directory to search. */
  readonly tree: string
  /** The file to follow; the host's own journal unless told. */
  readonly log?: string | undefined
}

/** Notes that a page came, and how it went. */
const comesAndGoes = (page: { readonly status$: Observable<Status> }, journal: Journal): Observable<unknown> => {
  journal('a page has come')
  return disconnected(page).pipe(
    tap(({ error }) => journal(error === undefined ? 'a page has left' : 'a page was lost')),
  )
}

/**
 * Serves the page, and a machine to it. Emits the page's link once both listen: the key is its fragment, which a browser
 * sends to nobody. Unsubscribing stops all of it.
 */
export const uiHost = ({ port, page, state, tree, log }: UiHostOptions): Observable<string> => {
  const journalPath = join(state, 'host.log')
  const journal = journalAt(journalPath)
  const origin = `http://127.0.0.1:${port}`
  const ws = { host: '127.0.0.1', port: port + 1, origins: [origin] }

  const machine$ = bind({ ws, secret: keptSecret(join(state, 'secret')) }).pipe(
    switchMap(({ key, pipes$ }) =>
      merge(
        of(`${origin}/#${String(key)}`),
        pipes$.pipe(
          peer({ serves: Machine, buffer: { overflow: 'dropOldest', items: 256 } }),
          mergeMap(tab =>
            merge(comesAndGoes(tab, journal), serveMachine(tab, { tree, log: log ?? journalPath, journal })),
          ),
          ignoreElements(),
        ),
        load$.pipe(ignoreElements()), // also while nobody looks, so that a page begins with the last minutes
      ),
    ),
  )
  const violated = (report: string) => journal(`the page broke its policy: ${report}`)
  const page$ = pageServer({ directory: page, port, socket: `ws://127.0.0.1:${ws.port}`, violated })

  return page$.pipe(
    switchMap(() => machine$),
    tap(() => journal(`host ${process.pid} is up`)),
  )
}

import test from 'ava'
import { catchError, EMPTY, merge, mergeMap, NEVER, takeUntil, tap, timer, type Observable } from 'rxjs'
import { serve, type Peer } from 'sluice'
import { cutAt, marbles, type PeersOptions } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

type Cook = Peer<typeof Kitchen>

const never = {
  greet: () => NEVER,
  bake: () => NEVER,
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => undefined,
}

interface Ending {
  /** What the client does with its connection. */
  readonly client?: (kitchen$: Observable<Cook>) => Observable<unknown>
  /** What the server does with its own. */
  readonly server?: (client: { readonly close: () => Observable<unknown> }) => Observable<unknown>
  readonly options?: PeersOptions
}

const ends: Readonly<Record<string, readonly [Ending, RegExp]>> = {
  'this end has unsubscribed': [
    { client: kitchen$ => kitchen$.pipe(takeUntil(timer(50))) },
    /^greet has no connection any more, this end unsubscribed .* firstValueFrom\(peer\$\)/,
  ],
  'this end has closed it': [
    { client: kitchen$ => kitchen$.pipe(mergeMap(kitchen => timer(30).pipe(mergeMap(() => kitchen.close())))) },
    /^greet has no connection any more, this end closed the connection: call before close\(\)/,
  ],
  'the far end has closed it': [
    { server: client => timer(30).pipe(mergeMap(() => client.close())) },
    /^greet has no connection any more, the far end ended the connection: connect again/,
  ],
  'it broke': [
    { options: { left: cutAt({ when: timer(50) }) } },
    /^greet has no connection any more, it broke \(the far end ended without a goodbye.*\): connect again/,
  ],
}

for (const [how, [{ client, server = () => EMPTY, options }, message]] of Object.entries(ends))
  test(`a call that is open when ${how}, and one that is made later, say so, and what to do`, t => {
    const seen: string[] = []
    marbles(
      t,
      ({ peers, run }) => {
        const { client$ } = peers(Kitchen, diner => merge(serve(diner, never), server(diner)), options)
        const call = ({ remote }: Cook) =>
          remote
            .greet('Ann', { timeout: Infinity })
            .subscribe({ error: (error: unknown) => seen.push((error as Error).message) })
        let kitchen: Cook | undefined
        const kitchen$ = client$.pipe(tap(made => call((kitchen = made))))
        run(
          (client?.(kitchen$) ?? kitchen$).pipe(
            mergeMap(() => EMPTY),
            catchError(() => EMPTY),
          ),
        )
        run(timer(9_000).pipe(tap(() => call(kitchen!))))
      },
      { end: 10_000 },
    )
    t.is(seen.length, 2)
    for (const text of seen) t.regex(text, message)
  })

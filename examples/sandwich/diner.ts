import { attempt, peer, serve, type Peer } from 'sluice'
import { fromParent } from 'sluice/node'
import * as E from 'fp-ts/lib/Either.js'
import { concat, EMPTY, map, merge, mergeMap, take, timer } from 'rxjs'
import { Diner, Kitchen } from './contracts.js'

/** The child's program: orders a sandwich from the process that started it, and answers what that one asks. */

/** What the diner says, one thing after the other. */
const talk = ({ remote }: Peer<typeof Kitchen, typeof Diner>) =>
  concat(
    remote.howAreYou(),
    remote.makeSandwich({ bread: 'rye', toppings: ['cheese', 'tomato'] }),
    attempt(remote.makeSandwich({ bread: 'brioche', toppings: ['ham'] })).pipe(
      mergeMap(
        E.match(
          error => remote.goodToHear(`never mind: ${error._tag}`),
          () => EMPTY,
        ),
      ),
    ),
    remote.ticks({ everyMs: 20 }).pipe(take(3)), // unsubscribes, and the kitchen stops ticking
    remote.weigh([
      { name: 'butter', grams: 20 },
      { name: 'ham', grams: 55 },
    ]),
    remote.chat(['was it good?', 'until tomorrow?']),
    remote.goodToHear('bye'),
  )

// Ctrl-C goes to every process of a terminal: this one leaves it to its parent, and ends with it
process.on('SIGINT', () => undefined)

fromParent()
  .pipe(
    peer({ uses: Kitchen, serves: Diner }),
    mergeMap(kitchen =>
      merge(
        serve(kitchen, {
          describeTable: () => ({ seats: 2, pid: process.pid }),
          bell: () =>
            timer(0, 30).pipe(
              take(2),
              map(() => 'ding'),
            ),
        }),
        concat(talk(kitchen), kitchen.close()),
      ),
    ),
  )
  .subscribe({
    error: (error: unknown) => {
      console.error(`the diner: ${String(error)}`)
      process.exitCode = 1
    },
  })

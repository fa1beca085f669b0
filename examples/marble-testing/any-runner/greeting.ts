import { map, mergeMap, timer } from 'rxjs'
import { answer } from 'sluice'
import type { MarbleHelpers } from 'sluice/testing'
import { Kitchen } from '../kitchen.js'

/**
 * A marble test that knows no runner: whoever has made `marbles` with `createMarbles` hands it over.
 *
 * @param expected - what the greeting is to be; another one shows how a failure looks
 */
export const greeting =
  (expected = 'hello, Ann') =>
  ({ peers, expectObservable, expectFrames }: MarbleHelpers): void => {
    const { client$, right } = peers(Kitchen, client =>
      client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
    )
    const answer$ = client$.pipe(mergeMap(({ remote }) => remote.greet('Ann')))

    expectFrames(right).toBe('H 9ms V 24ms R 34ms (G|)', { R: { value: expected } })
    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
  }

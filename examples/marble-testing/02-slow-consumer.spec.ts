import test from 'ava'
import { map, mergeMap, timer } from 'rxjs'
import { answer, paced } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

function* upTo(n: number): Iterable<number> {
  for (let i = 1; i <= n; i++) yield i
}

test('a producer makes no more than its slow consumer takes', t => {
  marbles(t, ({ peers, expectObservable, expectCredit, expectCalls }) => {
    const { client$, left, right } = peers(Kitchen, client => client.incoming.ticks.pipe(answer(upTo)))
    // one item at a time, 50 ms for each; two may be on their way
    const eaten$ = client$.pipe(
      mergeMap(({ remote }) =>
        paced(remote.ticks(4, { credit: { items: 2 } }), item => timer(50).pipe(map(() => item)), 1),
      ),
    )

    expectObservable(eaten$, '300ms !').toBe('90ms a 49ms b 49ms c 49ms d', { a: 1, b: 2, c: 3, d: 4 })
    // two leave at once, each of the others when one has been eaten; the last grant is not used
    expectCredit(right, { id: 1 }).toBe('30ms 0 169ms 1')
    expectCalls(left).toBe('20ms O 19ms (NN) 66ms N 49ms N 49ms C')
  })
})

import test from 'ava'
import * as io from 'io-ts'
import { map, mergeMap, timer } from 'rxjs'
import { contract, peer, request, serve } from 'sluice'
import { marbles } from 'sluice/testing'

const Kitchen = contract('demo.Kitchen', {
  howAreYou: request(io.string, io.string),
})

test('a request is an Open one way and a Reply the other', t => {
  marbles(t, ({ wire, expectFrames, expectObservable, run, random }) => {
    const { dial, pipes$, left, right } = wire()
    run(
      pipes$.pipe(
        peer({ serves: Kitchen, random }),
        mergeMap(diner => serve(diner, { howAreYou: name => timer(5).pipe(map(() => `fine, ${name}`)) })),
      ),
    )
    const answer$ = dial.pipe(
      peer({ uses: Kitchen, random }),
      mergeMap(kitchen => kitchen.remote.howAreYou('Ann')),
    )

    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'fine, Ann' })
    expectFrames(left).toBe('  H 9ms V 9ms O 39ms (G|)', { O: { id: 1, method: 0, timeoutMs: 5000 } })
    expectFrames(right).toBe(' H 9ms V 24ms R 34ms (G|)', { R: { id: 1 } })
  })
})

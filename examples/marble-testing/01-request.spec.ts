import test from 'ava'
import { map, mergeMap, timer } from 'rxjs'
import { answer } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('a request is an Open one way and a Reply the other', t => {
  marbles(t, ({ peers, expectObservable, expectFrames, expectCalls }) => {
    // two real ends, 10 ms apart; the server takes 5 ms for its answer
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
    )
    const answer$ = client$.pipe(mergeMap(({ remote }) => remote.greet('Ann')))

    // unsubscribing at 60 ms hangs up
    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    expectFrames(left).toBe(' H 9ms V 9ms O 39ms (G|)', { O: { method: 'greet', value: 'Ann' } })
    expectFrames(right).toBe('H 9ms V 24ms R 34ms (G|)', { R: { value: 'hello, Ann' } })
    expectCalls(left).toBe('  20ms O 24ms R')
  })
})

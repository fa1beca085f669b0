import test from 'ava'
import { finalize, interval, mergeMap, NEVER, concat, take } from 'rxjs'
import { answer } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('unsubscribing cancels the call, and the far producer is let go', t => {
  let letGoAt = 0
  marbles(t, ({ peers, scheduler, expectObservable, expectFrames }) => {
    const { client$, left } = peers(Kitchen, client =>
      client.incoming.ticks.pipe(
        answer(everyMs => interval(everyMs).pipe(finalize(() => (letGoAt = scheduler.now())))),
      ),
    )
    // two of them are enough; the connection stays
    const two$ = client$.pipe(mergeMap(({ remote }) => concat(remote.ticks(5).pipe(take(2)), NEVER)))

    expectObservable(two$, '100ms !').toBe('45ms a----b', { a: 0, b: 1 })
    expectFrames(left).toBe('H 9ms V 9ms O 29ms X 49ms (G|)', { X: { id: 1 } })
  })
  t.is(letGoAt, 60)
})

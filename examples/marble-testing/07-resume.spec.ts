import test from 'ava'
import { interval, mergeMap, share, take, toArray } from 'rxjs'
import { answer, linear } from 'sluice'
import { cutAt, marbles, onPipe } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('a stream goes on over the next pipe, in order, nothing lost, nothing twice', t => {
  marbles(t, ({ peers, expectObservable, expectStatus, expectFrames }) => {
    const { client$, right } = peers(
      Kitchen,
      client => client.incoming.ticks.pipe(answer(n => interval(10).pipe(take(n)))),
      // the first pipe breaks for both ends; a tick is on its way then
      { both: onPipe(1, cutAt('65ms x')), reconnect: linear({ every: 100 }) },
    )
    const kitchen$ = client$.pipe(share())

    expectStatus(kitchen$, '250ms !').toBe('20ms C 44ms (rr) 126ms C')
    expectObservable(kitchen$.pipe(mergeMap(({ remote }) => remote.ticks(5).pipe(toArray()))), '250ms !').toBe(
      '195ms a',
      {
        a: [0, 1, 2, 3, 4],
      },
    )
    // what the client had not taken in is said again
    expectFrames(right).toBe('H 9ms V 29ms N 9ms N 9ms N----# 99ms H 19ms (PNNNC) 68ms (G|)', {
      N: [0, 1, 2, 2, 3, 4].map(value => ({ value })),
    })
  })
})

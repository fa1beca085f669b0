import test from 'ava'
import { bufferTime, filter, merge, mergeMap, tap, timer } from 'rxjs'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('calls that come within 20 ms are answered by one look-up', t => {
  const lookUps: number[][] = []
  marbles(t, ({ peers, expectObservable, expectCalls }) => {
    const { client$, right } = peers(Kitchen, client =>
      client.incoming.lookUp.pipe(
        bufferTime(20),
        filter(calls => calls.length > 0),
        tap(calls => lookUps.push(calls.map(({ request }) => request))),
        tap(calls => {
          for (const call of calls) call.reply(`name ${call.request}`)
        }),
      ),
    )
    const names$ = client$.pipe(
      mergeMap(({ remote }) =>
        merge(...[0, 5, 30].map((at, i) => timer(at).pipe(mergeMap(() => remote.lookUp(i + 1))))),
      ),
    )

    expectObservable(names$, '120ms !').toBe('50ms (ab) 36ms c', { a: 'name 1', b: 'name 2', c: 'name 3' })
    expectCalls(right).toBe('30ms O----O----(RR) 16ms O 19ms R')
  })
  t.deepEqual(lookUps, [[1, 2], [3]])
})

import test from 'ava'
import { interval, map, mergeMap, take, toArray } from 'rxjs'
import { answer, linear, memoryPair, reconnect, peer } from 'sluice'
import { cutAt, drop, marbles, onPipe } from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { named } from '../../peer/named.js'

test('the pipes of those numbers have the fault, and the others are as they were', t => {
  const layer = onPipe([2, 3], drop(1))
  const pipes = Array.from({ length: 4 }, () => memoryPair().dialled)
  t.deepEqual(
    pipes.map(pipe => layer(pipe) === pipe),
    [true, false, false, true],
  )
})

test('the two ends of a pipe are counted apart', t => {
  const layer = onPipe(1, drop(1))
  const { dialled, accepted } = memoryPair()
  t.not(layer(dialled), dialled)
  t.not(layer(accepted), accepted)
  t.is(layer(dialled), dialled)
})

test('a first pipe that breaks for both ends, and a second that holds: the stream goes on over it', t => {
  marbles(t, ({ wire, run, random, expectObservable, expectFrames }) => {
    const { dial, pipes$, left } = wire({ both: onPipe(1, cutAt('47ms x')) })
    run(
      pipes$.pipe(
        peer({ serves: Kitchen, random }),
        mergeMap(client => client.incoming.ticks.pipe(answer(() => interval(5).pipe(take(4))))),
      ),
    )
    const items$ = dial.pipe(
      reconnect(linear({ every: 100 })),
      peer({ uses: Kitchen, random }),
      mergeMap(({ remote }) => remote.ticks(4).pipe(toArray(), map(String), named)),
    )
    expectObservable(items$, '200ms !').toBe('177ms a', { a: '0,1,2,3' })
    expectFrames(left).toBe('H 9ms V 9ms O 26ms # 99ms H 9ms P 42ms (G|)')
  })
})

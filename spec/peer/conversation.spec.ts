import test from 'ava'
import {
  catchError,
  concat,
  EMPTY,
  endWith,
  finalize,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs'
import { answer, attempt, serve } from 'sluice'
import { marbles, stall } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

/** The tag of what a call failed with, as a value. */
const tagged = catchError((error: unknown) => of((error as { readonly _tag: string })._tag))

test('a request is an Open one way and a Reply the other', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
    )
    const answer$ = client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann')))

    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    expectFrames(left).toBe('  H 9ms V 9ms O 39ms (G|)', {
      O: { id: 1, method: 0, timeoutMs: 5000, credit: undefined },
    })
    expectFrames(right).toBe(' H 9ms V 24ms R 34ms (G|)', { R: { id: 1 } })
  })
})

test('a handler that answers at once answers in the same moment', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, right } = peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)))

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann'))), '50ms !').toBe('40ms a', {
      a: 'Ann',
    })
    expectFrames(right).toBe('H 9ms V 19ms R 29ms (G|)')
  })
})

test('many requests are in flight at once, and each gets its own answer', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left } = peers(Kitchen, client =>
      client.incoming.bake.pipe(answer(ms => timer(ms).pipe(map(() => `after ${ms}`)))),
    )
    const answers$ = client$.pipe(mergeMap(({ remote }) => merge(remote.bake(7), remote.bake(1), remote.bake(4))))

    expectObservable(answers$, '50ms !').toBe('41ms a--b--c', { a: 'after 1', b: 'after 4', c: 'after 7' })
    expectFrames(left).toBe('H 9ms V 9ms (OOO) 25ms (G|)', { O: [{ id: 1 }, { id: 3 }, { id: 5 }] })
  })
})

test('a failure that the contract names travels as itself, any other as a defect', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, right } = peers(Kitchen, client =>
      serve(client, {
        ...nothing,
        bake: left => throwError(() => (left > 0 ? { _tag: 'OutOfBread', left } : new RangeError('no such loaf'))),
      }),
    )
    const outcome$ = client$.pipe(
      mergeMap(({ remote }) => merge(attempt(remote.bake(2)), attempt(remote.bake(-1)))),
      map(either => (either._tag === 'Left' ? either.left : either.right)),
      map(error => {
        if (typeof error === 'string') return error
        if (error._tag === 'Failure') return error.failure
        return error._tag === 'Defect' ? error.defect : error._tag
      }),
    )

    expectObservable(outcome$, '60ms !').toBe('40ms (ab)', {
      a: { _tag: 'OutOfBread', left: 2 },
      b: { name: 'RangeError', message: 'no such loaf' },
    })
    expectFrames(right).toBe('H 9ms V 19ms (FF) 36ms (G|)', { F: [{ code: 'FAILURE' }, { code: 'DEFECT' }] })
  })
})

test('a stream is an Open, its items, and a Complete', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.ticks.pipe(answer(count => interval(2).pipe(take(count)))),
    )
    const items$ = client$.pipe(mergeMap(kitchen => concat(kitchen.remote.ticks(3), of('end'))))

    expectObservable(items$, '60ms !').toBe('42ms a-b-(cd)', { a: 0, b: 1, c: 2, d: 'end' })
    expectFrames(left).toBe(' H 9ms V 9ms O 39ms (G|)', { O: { credit: { items: 256, bytes: 1024 * 1024 } } })
    expectFrames(right).toBe('H 9ms V 21ms N-N-(NC) 30ms (G|)')
  })
})

test('unsubscribing cancels the call, and the far producer is let go', t => {
  marbles(t, ({ peers, expectFrames, expectObservable, expectSubscriptions, hot }) => {
    const source = hot('32ms a-b-c-d-e-f-g-h-i-j-k-l-m-n', {
      a: 1,
      b: 2,
      c: 3,
      d: 4,
      e: 5,
      f: 6,
      g: 7,
      h: 8,
      i: 9,
      j: 10,
      k: 11,
      l: 12,
      m: 13,
      n: 14,
    })
    const { client$, left } = peers(Kitchen, client => client.incoming.ticks.pipe(answer(() => source)))
    const two$ = client$.pipe(mergeMap(kitchen => concat(kitchen.remote.ticks(0).pipe(take(2)), NEVER)))

    expectObservable(two$, '100ms !').toBe('42ms a-b', { a: 1, b: 2 })
    expectFrames(left).toBe('H 9ms V 9ms O 23ms X 55ms (G|)', { X: { id: 1 } })
    expectSubscriptions(source.subscriptions).toBe('30ms ^ 23ms !')
  })
})

test('a cancel that crosses the completion is late, not wrong', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client => client.incoming.ticks.pipe(answer(() => of(1))))
    // unsubscribes at 35 ms, when the Complete of 30 ms is on its way; and the connection still works
    const cancelled$ = client$.pipe(
      mergeMap(({ remote }) =>
        merge(remote.ticks(0).pipe(takeUntil(timer(15))), timer(30).pipe(mergeMap(() => remote.ticks(0)))),
      ),
    )

    expectObservable(cancelled$, '100ms !').toBe('70ms a', { a: 1 })
    expectFrames(left).toBe('H 9ms V 9ms O 14ms X 14ms O 49ms (G|)')
    expectFrames(right).toBe('H 9ms V 19ms (NC) 26ms (NC) 46ms (G|)')
  })
})

test('an upload is paced by credit, and answered once', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.weigh.pipe(
        answer(items$ =>
          items$.pipe(
            toArray(),
            map(all => all.reduce((a, b) => a + b, 0)),
          ),
        ),
      ),
    )

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.weigh([1, 2, 3]))), '70ms !').toBe('60ms a', {
      a: 6,
    })
    expectFrames(left).toBe(' H 9ms V 9ms O 19ms (NNNC) 24ms (G|)')
    expectFrames(right).toBe('H 9ms V 19ms + 19ms R 29ms (G|)', { '+': { id: 1, items: 256, bytes: 1024 * 1024 } })
  })
})

test('a channel goes both ways, and each way ends by itself', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.chat.pipe(
        answer(lines$ =>
          lines$.pipe(
            map(line => line.toUpperCase()),
            endWith('bye'),
          ),
        ),
      ),
    )
    const lines$ = concat(of('a'), timer(45).pipe(map(() => 'b')))

    const said$ = client$.pipe(mergeMap(kitchen => kitchen.remote.chat(lines$)))

    expectObservable(said$, '100ms !').toBe('60ms a 24ms (bc)', { a: 'A', b: 'B', c: 'bye' })
    expectFrames(left).toBe(' H 9ms V 9ms O 19ms N 24ms (NC) 31ms (G|)')
    expectFrames(right).toBe('H 9ms V 19ms + 19ms N 24ms (NNC) 30ms (G|)')
  })
})

test('an event is an Open and nothing else', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left, right } = peers(Kitchen, client => client.incoming.shout)
    const heard$ = client$.pipe(mergeMap(kitchen => concat(kitchen.remote.shout('hey'), of('gone'))))

    expectObservable(heard$, '50ms !').toBe('20ms a', { a: 'gone' })
    expectFrames(left).toBe(' H 9ms V 9ms O 29ms (G|)', { O: { timeoutMs: undefined } })
    expectFrames(right).toBe('H 9ms V 49ms (G|)')
  })
})

test('a call that takes too long times out here, and is cancelled there', t => {
  const gone: string[] = []
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left } = peers(Kitchen, client =>
      merge(
        client.incoming.greet.pipe(answer(() => NEVER.pipe(finalize(() => gone.push('let go'))))),
        client.incoming.greet.pipe(
          mergeMap(call => call.cancelled$),
          tap(() => gone.push('cancelled')),
        ),
      ),
    )
    const late$ = client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann', { timeout: 25 }).pipe(tagged)))

    expectObservable(late$, '70ms !').toBe('45ms a', { a: 'Timeout' })
    expectFrames(left).toBe('H 9ms V 9ms O 24ms X 24ms (G|)', { O: { timeoutMs: 25 } })
  })
  t.deepEqual(gone, ['let go', 'cancelled'])
})

test('the far end stops by its own clock when the deadline that came with the call is over', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, right } = peers(Kitchen, client => client.incoming.greet.pipe(answer(() => NEVER)), {
      left: stall('24ms x'),
    })
    // at 25 the caller gives up, but its Cancel never leaves
    const late$ = client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann', { timeout: 5 }).pipe(tagged)))

    expectObservable(late$, '70ms !').toBe('25ms a', { a: 'Timeout' })
    expectFrames(right).toBe('H 9ms V 24ms F 44ms #', { F: { code: 'TIMEOUT' } })
  })
})

test('a call that had to wait for its turn tells the far end what is left of its time', t => {
  marbles(t, ({ peers, expectFrames, expectObservable }) => {
    const { client$, left } = peers(
      Kitchen,
      client => client.incoming.bake.pipe(answer(ms => timer(ms).pipe(map(() => `${ms}`)))),
      { server: { limits: { calls: 1 } } },
    )
    const both$ = client$.pipe(
      mergeMap(({ remote }) => merge(remote.bake(10, { timeout: 100 }), remote.bake(1, { timeout: 100 }))),
    )

    // the second one leaves when the first is answered, 30 ms later
    expectObservable(both$, '90ms !').toBe('50ms a 20ms b', { a: '10', b: '1' })
    expectFrames(left).toBe('H 9ms V 9ms O 29ms O 39ms (G|)', { O: [{ timeoutMs: 100 }, { timeoutMs: 70 }] })
  })
})

test('a method that nobody serves answers Unimplemented at once', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, () => NEVER)

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann').pipe(tagged))), '60ms !').toBe(
      '40ms a',
      {
        a: 'Unimplemented',
      },
    )
  })
})

test('a call that every subscriber let pass ends with NoReply when they are gone', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, client => client.incoming.greet.pipe(takeUntil(timer(25))))

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann').pipe(tagged))), '60ms !').toBe(
      '55ms a',
      {
        a: 'NoReply',
      },
    )
  })
})

test('a call that its subscribers hold without an answer ends with NoReply after a limit', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, client => client.incoming.ticks, { server: { claimWithin: 20 } })

    expectObservable(client$.pipe(mergeMap(kitchen => kitchen.remote.ticks(1).pipe(tagged))), '70ms !').toBe('60ms a', {
      a: 'NoReply',
    })
  })
})

const nothing = {
  greet: (name: string) => name,
  ticks: () => EMPTY,
  weigh: () => NEVER,
  chat: () => EMPTY,
  shout: () => undefined,
}

import test from 'ava'
import * as io from 'io-ts'
import {
  catchError,
  concat,
  EMPTY,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs'
import {
  all,
  answer,
  assertCompatible,
  connected,
  contract,
  disconnected,
  exponential,
  linear,
  peer,
  reconnect,
  request,
  serve,
  stream,
  type Peer,
  type Remote,
  type Status,
} from 'sluice'
import { cutAt, marbles, onPipe } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

type Cook = Peer<typeof Kitchen>

const tagOf = (error: unknown): string => (error as { readonly _tag: string })._tag
const tagged = catchError((error: unknown) => of(tagOf(error)))

/** One call of each kind that the far end never ends. */
const calls: Readonly<Record<string, (kitchen: Cook) => Remote<unknown, unknown>>> = {
  request: ({ remote }) => remote.greet('Ann', { timeout: Infinity }),
  stream: ({ remote }) => remote.ticks(1),
  upload: ({ remote }) => remote.weigh(NEVER),
  channel: ({ remote }) => remote.chat(NEVER),
}

const never = {
  greet: () => NEVER,
  bake: () => NEVER,
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => NEVER,
}

for (const [kind, call] of Object.entries(calls)) {
  test(`a far end that is killed ends a ${kind} with Disconnected, at both ends`, t => {
    const settled: string[] = []
    marbles(t, ({ peers, expectObservable }) => {
      const { client$ } = peers(Kitchen, client => serve(client, never).pipe(map(({ _tag }) => settled.push(_tag))), {
        left: cutAt('50ms x'),
      })
      const outcome$ = client$.pipe(mergeMap(kitchen => call(kitchen).pipe(tagged)))

      // the call ends first, then the connection with the pipe's own error
      expectObservable(outcome$.pipe(tagged)).toBe('50ms (ab|)', { a: 'Disconnected', b: 'PipeError' })
    })
    t.deepEqual(settled, ['Cancelled'])
  })

  test(`an orderly goodbye of the far end ends a ${kind} with Disconnected, and the connection cleanly`, t => {
    marbles(t, ({ wire, run, random, expectObservable }) => {
      const { dial, pipes$ } = wire()
      run(
        pipes$.pipe(
          peer({ serves: Kitchen, random }),
          mergeMap(client => merge(serve(client, never), timer(40).pipe(mergeMap(() => client.close())))),
          catchError(() => EMPTY),
        ),
      )
      const outcome$ = dial.pipe(
        peer({ uses: Kitchen, random }),
        mergeMap(kitchen => call(kitchen).pipe(tagged)),
      )

      // close() waits its grace of 5 s for the call, which does not end
      expectObservable(outcome$).toBe('5070ms (a|)', { a: 'Disconnected' })
    })
  })

  test(`unsubscribing hangs up: a ${kind} that somebody else subscribed to ends as well`, t => {
    const seen: string[] = []
    marbles(t, ({ peers, expectObservable, expectFrames }) => {
      const { client$, left, right } = peers(Kitchen, client => serve(client, never))
      const other = new Subject<Cook>()
      other.pipe(mergeMap(call)).subscribe({ error: (error: unknown) => seen.push(tagOf(error)) })
      const hangUp$ = client$.pipe(
        tap(kitchen => other.next(kitchen)),
        ignoreElements(),
      )

      expectObservable(hangUp$, '55ms !').toBe('')
      expectFrames(left).toBe('H 9ms V 9ms O 34ms (G|)')
      expectFrames(right).toBe('H 9ms V 54ms (G|)')
    })
    t.deepEqual(seen, ['Disconnected'])
  })
}

test('a far end that is killed in the middle of its handshake is an error, and no peer', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, left } = peers(Kitchen, () => NEVER, { left: cutAt({ byte: 10 }) })

    expectObservable(client$.pipe(tagged)).toBe('10ms (a|)', { a: 'PipeError' })
    expectFrames(left).toBe('H 9ms #')
  })
})

test('a far end that says nothing is given up after the handshake time-out', t => {
  marbles(t, ({ wire, expectObservable, expectFrames, random }) => {
    const { dial, left } = wire()
    const silent$ = dial.pipe(peer({ uses: Kitchen, random, handshakeTimeout: 200 }), tagged)

    expectObservable(silent$).toBe('200ms (a|)', { a: 'Refused' })
    expectFrames(left).toBe('H 199ms (G#)', { G: { reason: 'LATE' } })
  })
})

test('close() lets calls in flight finish, starts no new ones, and is clean at both ends', t => {
  const statuses: Status[] = []
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, left, right } = peers(Kitchen, client => {
      client.status$.subscribe(status => statuses.push(status))
      return client.incoming.bake.pipe(answer(ms => timer(ms).pipe(map(() => 'done'))))
    })
    const talk$ = client$.pipe(
      mergeMap(kitchen =>
        merge(
          kitchen.remote.bake(30).pipe(tagged),
          timer(5).pipe(mergeMap(() => concat(kitchen.close('enough'), of('closed')))),
          timer(10).pipe(mergeMap(() => kitchen.remote.bake(1).pipe(tagged))),
        ),
      ),
    )

    expectObservable(talk$).toBe('30ms a 39ms b 19ms (c|)', { a: 'GoingAway', b: 'done', c: 'closed' })
    expectFrames(left).toBe(' H 9ms V 9ms O 49ms (G|)', { G: { reason: 'DONE', message: 'enough' } })
    expectFrames(right).toBe('H 9ms V 49ms R 19ms (G|)')
  })
  t.deepEqual(statuses, [{ _tag: 'Connected' }, { _tag: 'Disconnected' }])
})

test('flush() completes when what was sent before has arrived', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, left } = peers(Kitchen, client => client.incoming.shout)
    const flushed$ = client$.pipe(
      mergeMap(kitchen => concat(kitchen.remote.shout('a'), kitchen.remote.shout('b'), kitchen.flush(), of('flushed'))),
    )

    expectObservable(flushed$, '50ms !').toBe('40ms a', { a: 'flushed' })
    expectFrames(left).toBe('H 9ms V 9ms (OOi) 25ms (G|)')
  })
})

test('connected and disconnected tell of the connection', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, () => NEVER, { left: cutAt('50ms x') })
    const told$ = client$.pipe(
      mergeMap(kitchen =>
        merge(
          connected(kitchen).pipe(map(() => 'connected')),
          disconnected(kitchen).pipe(map(({ error }) => `disconnected: ${tagOf(error)}`)),
        ),
      ),
      tagged,
    )

    expectObservable(told$).toBe('20ms a 29ms (bc|)', { a: 'connected', b: 'disconnected: PipeError', c: 'PipeError' })
  })
})

test('the same Peer goes on with a far end that forgot it: what was open is lost, what is called meanwhile waits', t => {
  marbles(t, ({ wire, run, random, expectObservable }) => {
    const { dial, pipes$ } = wire({ left: onPipe(1, cutAt('50ms x')) })
    run(
      pipes$.pipe(
        peer({ serves: Kitchen, random, resume: false }),
        mergeMap(client => serve(client, { ...never, bake: n => `loaf ${n}` })),
      ),
    )
    const talk$ = dial.pipe(
      reconnect(linear({ every: 100 })),
      peer({ uses: Kitchen, random }),
      mergeMap(({ remote, status$ }) =>
        merge(
          status$.pipe(map(({ _tag }) => _tag)),
          remote.ticks(1).pipe(tagged),
          // called while there is no pipe
          timer(60).pipe(mergeMap(() => remote.bake(2).pipe(tagged))),
          timer(60).pipe(mergeMap(() => remote.bake(3, { timeout: 30 }).pipe(tagged))),
        ),
      ),
    )

    expectObservable(talk$, '250ms !').toBe('20ms a 29ms (rlr) 55ms t 59ms a 19ms b', {
      a: 'Connected',
      r: 'Reconnecting',
      l: 'SessionLost',
      t: 'Timeout',
      b: 'loaf 2',
    })
  })
})

test('a reconnect that gives up ends the Peer with the last error', t => {
  marbles(t, ({ wire, random, expectObservable }) => {
    const { dial } = wire()
    const gone$ = dial.pipe(
      reconnect(exponential({ from: 10, to: 50, maxAttempts: 2, jitter: 0 })),
      peer({ uses: Kitchen, random, handshakeTimeout: 5 }),
    )

    // 5 ms of silence, 10 of waiting, 5, 20, 5
    expectObservable(gone$.pipe(tagged)).toBe('45ms (a|)', { a: 'Refused' })
  })
})

const Old = contract('spec.Shop', { price: request(io.string, io.number), stock: stream(io.string, io.number) })
const New = contract('spec.Shop', {
  price: request(io.type({ item: io.string }), io.number),
  stock: stream(io.string, io.number),
})

test('a mismatched method fails with SchemaMismatch before it is sent, the others work', t => {
  marbles(t, ({ wire, run, random, expectObservable, expectFrames }) => {
    const { dial, pipes$, left, right } = wire()
    run(
      pipes$.pipe(
        peer({ serves: New, random }),
        mergeMap(client => serve(client, { price: () => 1, stock: () => [7] })),
      ),
    )
    const talk$ = dial.pipe(
      peer({ uses: Old, random }),
      mergeMap(({ remote }) => concat(remote.price('bread').pipe(tagged), remote.stock('bread'))),
    )

    expectObservable(talk$, '70ms !').toBe('30ms a 19ms b', { a: 'SchemaMismatch', b: 7 })
    // fingerprints differ, so both send their descriptors
    expectFrames(left).toBe(' H 9ms D 9ms V 9ms O 39ms (G|)')
    expectFrames(right).toBe('H 9ms D 9ms V 19ms (NC) 36ms (G|)')
  })
})

for (const [side, required] of [
  ['dialling', { dial: 'require', serve: 'report' }],
  ['serving', { dial: 'report', serve: 'require' }],
] as const)
  test(`an end that requires matching contracts refuses the session: the ${side} one`, t => {
    const refused: unknown[] = []
    marbles(t, ({ wire, run, random, expectObservable }) => {
      const { dial, pipes$ } = wire()
      run(
        pipes$.pipe(
          peer({ serves: New, random, validation: required.serve, refused: error => refused.push(tagOf(error)) }),
          mergeMap(client => client.incoming.price),
        ),
      )

      expectObservable(dial.pipe(peer({ uses: Old, random, validation: required.dial }), tagged)).toBe('30ms (a|)', {
        a: 'Refused',
      })
    })
    t.deepEqual(refused, ['Refused'])
  })

for (const required of ['dialling', 'serving'] as const)
  test(`a contract that the far end does not serve is refused by both in the same words: the ${required} end requires it`, t => {
    const refused: unknown[] = []
    marbles(t, ({ wire, run, random, scheduler }) => {
      const { dial, pipes$ } = wire()
      const validation = (end: typeof required) => (end === required ? 'require' : 'report')
      const server = { serves: Old, random, validation: validation('serving') } as const
      run(pipes$.pipe(peer({ ...server, refused: error => refused.push(error) })))
      const dialled$ = dial.pipe(
        reconnect(linear({ every: 10 })),
        peer({ uses: all(Old, Kitchen), random, validation: validation('dialling') }),
      )
      dialled$.subscribe({ error: (error: unknown) => refused.push(error) })
      scheduler.schedule(() => t.is(refused.length, 2), 1_000)
    })
    const [ours, theirs] = refused as { readonly why: string; readonly message: string }[]
    t.deepEqual([ours?.why, theirs?.why], ['schema', 'schema'])
    t.is(ours?.message, theirs?.message)
    t.regex(ours?.message ?? '', /spec\.Kitchen \(one end uses it, and the other does not serve it\)/)
  })

test('validation that is off looks at nothing, and sends no descriptors', t => {
  marbles(t, ({ wire, run, random, expectObservable, expectFrames }) => {
    const { dial, pipes$, left } = wire()
    run(
      pipes$.pipe(
        peer({ serves: New, random }),
        mergeMap(client => client.incoming.stock.pipe(answer(() => [7]))),
      ),
    )
    const talk$ = dial.pipe(
      peer({ uses: Old, random, validation: 'off' }),
      switchMap(({ remote, schema$ }) =>
        concat(
          schema$.pipe(
            take(1),
            map(({ methods }) => methods.map(({ verdict }) => verdict._tag)),
          ),
          remote.stock('a'),
        ),
      ),
    )

    expectObservable(talk$, '60ms !').toBe('20ms a 19ms b', { a: ['Disabled', 'Disabled'], b: 7 })
    expectFrames(left).toBe('H 9ms V 9ms O 39ms (G|)')
  })
})

test('assertCompatible lets a matching peer through, and fails at a mismatch with every difference', t => {
  marbles(t, ({ wire, run, random, expectObservable }) => {
    const { dial, pipes$ } = wire()
    run(pipes$.pipe(peer({ serves: New, random })))
    const verdict = (Uses: typeof Old | typeof New) =>
      new Observable<string>(subscriber =>
        dial
          .pipe(
            peer({ uses: Uses, random }),
            assertCompatible(),
            map(() => 'compatible'),
            catchError((error: unknown) =>
              of((error as Error).message.includes('spec.Shop.price') ? tagOf(error) : '?'),
            ),
            take(1),
          )
          .subscribe(subscriber),
      )

    expectObservable(concat(verdict(New), verdict(Old))).toBe('20ms a 29ms (b|)', { a: 'compatible', b: 'Refused' })
  })
})

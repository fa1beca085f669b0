import test from 'ava'
import * as io from 'io-ts'
import {
  concat,
  EMPTY,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  range,
  take,
  takeUntil,
  timer,
  toArray,
  type Observable,
} from 'rxjs'
import {
  answer,
  contract,
  linear,
  peer,
  reconnect,
  request,
  retryOnSessionLost,
  serve,
  stream,
  type Peer,
  type PeerOptions,
} from 'sluice'
import { cutAt, marbles, onPipe, type MarbleHelpers } from 'sluice/testing'
import { named } from './named.js'
import { Kitchen } from './kitchen.js'

type Options = PeerOptions<never, never>

/** The first pipe breaks at that time, on both ends; the later ones hold. */
const firstBreaksAt = (ms: number) => ({ both: onPipe(1, cutAt(`${ms}ms x`)) })

/** Two ends of which one dials again 100 ms after a break. */
const brokenAt = (
  { wire, run, random }: MarbleHelpers,
  ms: number,
  serving: (client: Peer<never, typeof Kitchen>) => Observable<unknown>,
  { server, client }: { readonly server?: Options; readonly client?: Options } = {},
) => {
  const { dial, pipes$, left, right } = wire(firstBreaksAt(ms))
  run(pipes$.pipe(peer({ ...server, serves: Kitchen, random }), mergeMap(serving as never)))
  const client$ = dial.pipe(reconnect(linear({ every: 100 })), peer({ ...client, uses: Kitchen, random }))
  return { client$, left, right }
}

test('a request whose answer was on its way when the pipe broke is answered over the next one', t => {
  marbles(t, helpers => {
    // the answer leaves at 35, and would have come at 45
    const { client$, left, right } = brokenAt(helpers, 40, client =>
      client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
    )

    helpers
      .expectObservable(client$.pipe(mergeMap(({ remote }) => remote.greet('Ann'))), '250ms !')
      .toBe('170ms a', { a: 'hello, Ann' })
    // the second pipe: hellos, the dialler's proof, the other's, and what was lost
    helpers.expectFrames(left).toBe(' H 9ms V 9ms O 19ms # 99ms H 9ms P 99ms (G|)', { O: [{ id: 1 }] })
    helpers.expectFrames(right).toBe('H 9ms V 24ms R 4ms # 99ms H 19ms (PR) 96ms (G|)', { R: [{ id: 1 }, { id: 1 }] })
  })
})

test('a stream goes on where it stopped: in order, nothing lost, nothing twice', t => {
  marbles(t, helpers => {
    const { client$ } = brokenAt(helpers, 65, client =>
      client.incoming.ticks.pipe(answer(count => interval(10).pipe(take(count)))),
    )
    const items$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(20).pipe(toArray())))

    helpers.expectObservable(items$, '400ms !').toBe('240ms a', { a: Array.from({ length: 20 }, (_, i) => i) })
  })
})

test('an upload and a channel go on, with their credit', t => {
  marbles(t, helpers => {
    const { client$ } = brokenAt(helpers, 75, client =>
      serve(client, {
        ...nothing,
        weigh: items$ =>
          items$.pipe(
            toArray(),
            map(all => all.length),
          ),
        chat: lines$ => lines$.pipe(map(line => line.toUpperCase())),
      }),
    )
    const sent$ = client$.pipe(
      mergeMap(({ remote }) =>
        merge(
          remote.weigh(interval(1).pipe(take(150))),
          remote.chat(interval(20).pipe(take(10), map(String))).pipe(
            toArray(),
            map(all => all.join('')),
          ),
        ),
      ),
    )

    helpers.expectObservable(sent$, '400ms !').toBe('225ms a 14ms b', { a: 150, b: '0123456789' })
  })
})

test('a call that is made between two pipes waits for the next one', t => {
  marbles(t, helpers => {
    const { client$ } = brokenAt(helpers, 40, client => client.incoming.greet.pipe(answer(name => name)))
    const late$ = client$.pipe(
      mergeMap(({ remote }) =>
        timer(50).pipe(mergeMap(() => merge(remote.greet('Bo'), named(remote.greet('Cy', { timeout: 10 }))))),
      ),
    )

    helpers.expectObservable(late$, '300ms !').toBe('80ms a 109ms b', { a: 'Timeout', b: 'Bo' })
  })
})

test('cancelling between two pipes reaches the far end with the next one', t => {
  marbles(t, helpers => {
    const { client$, left } = brokenAt(helpers, 40, client => client.incoming.ticks.pipe(answer(() => NEVER)))
    const cancelled$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(1).pipe(takeUntil(timer(50)))))

    helpers.expectObservable(cancelled$, '250ms !').toBe('')
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 19ms # 99ms H 9ms P 19ms X 79ms (G|)')
  })
})

test('past the window everything that was open is lost, at both ends', t => {
  const settled: string[] = []
  marbles(t, helpers => {
    const { client$ } = brokenAt(
      helpers,
      40,
      client => serve(client, { ...nothing, greet: () => NEVER }).pipe(map(({ _tag }) => settled.push(_tag))),
      { server: { resume: { windowMs: 30 } } },
    )
    const lost$ = client$.pipe(mergeMap(({ remote }) => named(remote.greet('Ann'))))

    helpers.expectObservable(lost$, '300ms !').toBe('70ms a', { a: 'SessionLost unknown' })
  })
  t.deepEqual(settled, ['Cancelled'])
})

test('a new session is made with a far end that has lost the old one', t => {
  marbles(t, helpers => {
    const { client$ } = brokenAt(
      helpers,
      40,
      client => serve(client, { ...nothing, greet: () => NEVER, bake: n => `${n}` }),
      {
        server: { resume: { windowMs: 1_000, sessions: 0 } },
      },
    )
    const talk$ = client$.pipe(
      mergeMap(({ remote }) => merge(named(remote.greet('Ann')), timer(200).pipe(mergeMap(() => remote.bake(1))))),
    )

    helpers.expectObservable(talk$, '300ms !').toBe('170ms a 69ms b', { a: 'SessionLost unknown', b: '1' })
  })
})

test('acknowledgements leave after so many frames, and what they acknowledge is sent no more', t => {
  marbles(t, helpers => {
    const { client$, left, right } = brokenAt(
      helpers,
      85,
      client => client.incoming.ticks.pipe(answer(count => concat(range(0, count), NEVER))),
      { client: { resume: { ackEvery: 4 } } },
    )
    const items$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(10)))

    helpers.expectObservable(items$.pipe(toArray()), '250ms !').toBe('')
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 19ms (AA) 41ms # 99ms H 9ms P 54ms (G|)', {
      A: [{ position: 4 }, { position: 8 }],
    })
    // two of ten are not acknowledged, but the far end says that it has them
    helpers.expectFrames(right).toBe('H 9ms V 19ms (NNNNNNNNNN) 43ms # 99ms H 19ms P 54ms (G|)')
  })
})

test('writing waits when as much is unacknowledged as may be kept', t => {
  marbles(t, helpers => {
    const { client$, right } = brokenAt(
      helpers,
      10_000,
      client => client.incoming.ticks.pipe(answer(() => Array.from({ length: 100 }, (_, i) => i))),
      { server: { resume: { replayBytes: 1000 } }, client: { resume: { ackEvery: 5 } } },
    )
    const items$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(1).pipe(take(20), toArray())))

    helpers.expectObservable(items$.pipe(map(all => all.length)), '90ms !').toBe('60ms a', { a: 20 })
    // ten frames of about a hundred bytes, then as many as were acknowledged
    helpers.expectFrames(right).toBe('H 9ms V 19ms (NNNNNNNNNN) 8ms (NNNNNNNNNN) 8ms (NNNNNNNNNN) 18ms (G|)')
  })
})

const Shop = contract('spec.Shop', {
  price: request(io.string, io.number, { idempotent: true }),
  buy: request(io.string, io.number),
  count: stream(io.type({ from: io.number }), io.number, { resumeFrom: (_, last) => ({ from: last + 1 }) }),
  news: stream(io.void, io.number),
})

/** A far end that forgets its sessions when a pipe breaks, at 45 ms. */
const forgetful = ({ wire, run, random }: MarbleHelpers) => {
  const { dial, pipes$ } = wire(firstBreaksAt(45))
  let asked = 0
  run(
    pipes$.pipe(
      peer({ serves: Shop, random, resume: false }),
      mergeMap(client =>
        serve(client, {
          // the first one who asks is kept waiting
          price: () => (asked++ === 0 ? NEVER : of(7)),
          buy: () => NEVER,
          count: ({ from }) => interval(1).pipe(map(n => from + n)),
          news: () => interval(3),
        }),
      ),
    ),
  )
  return dial.pipe(reconnect(linear({ every: 100 })), peer({ uses: Shop, random }))
}

test('an idempotent request is sent again on the next session, any other ends with SessionLost', t => {
  marbles(t, helpers => {
    const asked$ = forgetful(helpers).pipe(
      mergeMap(({ remote }) => merge(remote.price('bread'), named(remote.buy('bread')))),
    )

    helpers.expectObservable(asked$, '250ms !').toBe('45ms b 139ms a', { a: 7, b: 'SessionLost unknown' })
  })
})

test('the time for an idempotent request runs on while it waits', t => {
  marbles(t, helpers => {
    const asked$ = forgetful(helpers).pipe(mergeMap(({ remote }) => named(remote.price('bread', { timeout: 50 }))))

    helpers.expectObservable(asked$, '250ms !').toBe('70ms a', { a: 'Timeout' })
  })
})

test('a stream that says how to ask for the rest goes on with the next session', t => {
  marbles(t, helpers => {
    const items$ = forgetful(helpers).pipe(
      mergeMap(({ remote }) => remote.count({ from: 10 }).pipe(take(8), toArray())),
    )

    // 10 to 13 over the first pipe
    helpers.expectObservable(items$, '250ms !').toBe('189ms a', { a: [10, 11, 12, 13, 14, 15, 16, 17] })
  })
})

test('retryOnSessionLost subscribes a stream again, from its beginning', t => {
  marbles(t, helpers => {
    const items$ = forgetful(helpers).pipe(mergeMap(({ remote }) => remote.news().pipe(retryOnSessionLost())))

    helpers.expectObservable(items$, '192ms !').toBe('43ms a 144ms b--c', { a: 0, b: 0, c: 1 })
  })
})

const nothing = {
  greet: () => EMPTY,
  bake: () => EMPTY,
  ticks: () => EMPTY,
  weigh: () => EMPTY,
  chat: () => EMPTY,
  shout: () => undefined,
}

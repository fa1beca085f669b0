import test from 'ava'
import { ignoreElements, map, merge, mergeMap, NEVER, takeUntil, tap, timer, type Observable } from 'rxjs'
import { answer, linear, peer, reconnect, serve, type Layer, type Peer, type PeerOptions, type Status } from 'sluice'
import { cutAt, marbles, onPipe, type MarbleHelpers } from 'sluice/testing'
import { Kitchen } from './kitchen.js'
import { named } from './named.js'

type Bytes = Layer<Uint8Array, Uint8Array>
type Both = Peer<typeof Kitchen, typeof Kitchen>

const secret = new Uint8Array(32).fill(7)

/** The first pipe is cut at that time, for that end, which then hangs up; the later ones hold. */
const firstCutAt = (ms: number | undefined): Bytes => (ms === undefined ? pipe => pipe : onPipe(1, cutAt(`${ms}ms x`)))

/** Takes note of each value, and passes none on. */
const noted = <T>(source$: Observable<T>, note: (value: T) => void): Observable<never> =>
  source$.pipe(tap(note), ignoreElements())

interface Cuts {
  /** When the first pipe is cut for the server, */
  readonly server?: number
  /** and for the client. */
  readonly client?: number
  readonly options?: PeerOptions<never, never>
  readonly clientOptions?: PeerOptions<never, never>
}

/** Who greets whom as soon as it has a peer, with the name of its own end. */
const greeting = (far: Both, name: string) =>
  merge(
    named(far.remote.greet(name)),
    serve(far, {
      greet: (caller: string) => `hello ${caller}`,
      bake: String,
      ticks: n => [n],
      weigh: () => 0,
      chat: () => [],
      shout: () => undefined,
    }).pipe(ignoreElements()),
  )

/**
 * Two ends that both call and both serve, each 10 ms from the other; the client dials again 50 ms after a break. Both send
 * their hellos at 0, their proofs at 10, their verdicts at 20; so they begin at 30, if nothing comes in between.
 */
const meeting = (helpers: MarbleHelpers, { server, client, options, clientOptions }: Cuts) => {
  const { wire, random } = helpers
  const { dial, pipes$, left, right } = wire({ left: firstCutAt(client), right: firstCutAt(server) })
  const peers: Both[] = []
  const refused: string[] = []
  const statuses: Status['_tag'][] = []
  const keyed = map((pipe: Parameters<Bytes>[0]) => ({ ...pipe, secret }))
  const both = { serves: Kitchen, uses: Kitchen, random }
  const server$ = pipes$.pipe(
    keyed,
    peer({ ...options, ...both, refused: error => refused.push((error as { readonly why: string }).why) }),
    tap(far => peers.push(far)),
    mergeMap(far => greeting(far, 'server')),
  )
  const client$ = dial.pipe(
    keyed,
    reconnect(linear({ every: 50 })),
    peer({ ...clientOptions, ...both }),
    mergeMap(far =>
      merge(
        noted(far.status$, ({ _tag }) => statuses.push(_tag)),
        greeting(far, 'client'),
      ),
    ),
  )
  return { server$, client$, left, right, peers, refused, statuses }
}

const answers = { c: 'hello client', s: 'hello server' }

test('a server that was cut off before the client’s verdicts begins the session that the client has begun', t => {
  marbles(t, helpers => {
    const { server$, client$, left, right, peers, refused } = meeting(helpers, { server: 25 })

    // the client begins at 30, hears of the cut at 35, and dials at 85: its proof leaves at 95, the other’s at 105
    helpers.expectObservable(client$, '200ms !').toBe('135ms c', answers)
    helpers.expectObservable(server$, '200ms !').toBe('145ms s', answers)
    helpers.expectFrames(left).toBe('H 9ms P 9ms V 9ms O----# 49ms H 9ms P 19ms (VO) 16ms R 64ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms P 9ms V----# 59ms H 19ms P 19ms (OR) 71ms (G|)', {
      P: [{ resume: undefined }, {}],
    })
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(refused, [])
    }, 190)
  })
})

test('a client that was cut off before the server’s verdicts begins the session that the server has begun', t => {
  marbles(t, helpers => {
    const { server$, client$, left, right, peers, statuses } = meeting(helpers, { client: 25 })

    // the client dials again at 75; the server begins at 30, and says its verdicts again at 95, with its question
    helpers.expectObservable(client$, '200ms !').toBe('125ms c', answers)
    helpers.expectObservable(server$, '200ms !').toBe('115ms s', answers)
    helpers.expectFrames(left).toBe('H 9ms P 9ms V----# 49ms H 9ms P 19ms (OR) 91ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms P 9ms V 9ms O----# 39ms H 19ms (PVO) 15ms R 84ms (G|)')
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(statuses, ['Connected'])
    }, 190)
  })
})

test('two ends that were both cut off before the other’s verdicts begin one session over the next pipe', t => {
  marbles(t, helpers => {
    const { server$, client$, left, right, peers, statuses } = meeting(helpers, { server: 25, client: 25 })

    helpers.expectObservable(client$, '200ms !').toBe('125ms c', answers)
    helpers.expectObservable(server$, '200ms !').toBe('135ms s', answers)
    helpers.expectFrames(left).toBe('H 9ms P 9ms V----# 49ms H 9ms P 19ms (VO) 16ms R 74ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms P 9ms V----# 49ms H 19ms (PV) 16ms (OR) 81ms (G|)')
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(statuses, ['Connected'])
    }, 190)
  })
})

test('a pipe that is cut again in the same place costs no session either', t => {
  marbles(t, helpers => {
    const { wire, random, run } = helpers
    let pipes = 0
    // the server hears nothing after the client’s proof, four times over
    const deaf: Bytes = pipe => (pipes++ < 4 ? cutAt({ when: timer(25) })(pipe) : pipe)
    const { dial, pipes$ } = wire({ right: deaf })
    const keyed = map((pipe: Parameters<Bytes>[0]) => ({ ...pipe, secret }))
    let met = 0
    run(
      pipes$.pipe(
        keyed,
        peer({ serves: Kitchen, random }),
        tap(() => met++),
        mergeMap(far => far.incoming.greet.pipe(answer(name => `hello ${name}`))),
      ),
    )
    let sessions = 0
    const client$ = dial.pipe(
      keyed,
      reconnect(linear({ every: 50 })),
      peer({ uses: Kitchen, random }),
      mergeMap(far =>
        merge(
          noted(far.schema$, () => sessions++),
          named(far.remote.greet('client')),
        ),
      ),
    )
    helpers.expectObservable(client$, '1s !').toBe('390ms c', answers)
    helpers.scheduler.schedule(() => t.deepEqual([met, sessions], [1, 1]), 900)
  })
})

/** Hears nothing from then on, and is not told so, over its first pipe. */
const firstDeafAt = (ms: number): Bytes => {
  let pipes = 0
  return pipe => (pipes++ > 0 ? pipe : { ...pipe, incoming: merge(pipe.incoming.pipe(takeUntil(timer(ms))), NEVER) })
}

test('a newer pipe takes over from one on which the verdicts are still awaited', t => {
  marbles(t, helpers => {
    const { wire } = helpers
    // the client begins at 30, and is cut off at 35, of which the server hears nothing
    const deaf = { ...helpers, wire: () => wire({ left: firstCutAt(35), right: firstDeafAt(25) }) }
    const { server$, client$, right, peers, refused } = meeting(deaf, {})

    helpers.expectObservable(client$, '200ms !').toBe('135ms c', answers)
    helpers.expectObservable(server$, '200ms !').toBe('145ms s', answers)
    // the older one is given up when the newer one has been proved
    helpers.expectFrames(right).toBe('H 9ms P 9ms V 64ms H 19ms (#P) 16ms (OR) 71ms (G|)')
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(refused, [])
    }, 190)
  })
})

test('an end that waits too long for the verdicts gives up the pipe, and not the session', t => {
  marbles(t, helpers => {
    const { wire } = helpers
    const deaf = { ...helpers, wire: () => wire({ right: firstDeafAt(25) }) }
    const { server$, client$, right, peers, refused } = meeting(deaf, { options: { handshakeTimeout: 60 } })

    // it would have been a Goodbye, if the client might not have begun: so the client sees a broken pipe, and dials again
    helpers.expectObservable(client$, '300ms !').toBe('170ms c', answers)
    helpers.expectObservable(server$, '300ms !').toBe('180ms s', answers)
    helpers.expectFrames(right).toBe('H 9ms P 9ms V 39ms # 59ms H 19ms P 19ms (OR) 136ms (G|)')
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(refused, [])
    }, 290)
  })
})

test('past the window a session that was only announced is forgotten, and the listener is told why', t => {
  marbles(t, helpers => {
    const { server$, client$, peers, refused } = meeting(helpers, { server: 25, options: { resume: { windowMs: 40 } } })

    // both give it up 40 ms after they have seen the cut
    helpers.expectObservable(client$, '200ms !').toBe('75ms l', { l: 'SessionLost unknown' })
    helpers.expectObservable(server$, '200ms !').toBe('135ms s', answers)
    helpers.scheduler.schedule(() => t.deepEqual(refused, []), 64)
    helpers.scheduler.schedule(() => t.deepEqual(refused, ['ended']), 66)
    helpers.scheduler.schedule(() => t.is(peers.length, 1), 190)
  })
})

test('a listener that keeps no sessions keeps none that was only announced', t => {
  marbles(t, helpers => {
    const { server$, client$, peers, refused } = meeting(helpers, { server: 25, options: { resume: { sessions: 0 } } })

    helpers.expectObservable(client$, '200ms !').toBe('115ms l', { l: 'SessionLost unknown' })
    helpers.expectObservable(server$, '200ms !').toBe('135ms s', answers)
    helpers.scheduler.schedule(() => {
      t.is(peers.length, 1)
      t.deepEqual(refused, ['ended'])
    }, 190)
  })
})

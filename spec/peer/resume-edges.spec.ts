import test from 'ava'
import { concat, ignoreElements, map, merge, mergeMap, NEVER, Observable, tap, timer } from 'rxjs'
import { answer, linear, peer, reconnect, type Layer, type Pipe, type Status } from 'sluice'
import { cutAt, marbles, onPipe, type MarbleHelpers } from 'sluice/testing'
import type { Frame } from '../../src/wire/frame.js'
import { framed } from '../../src/wire/framed.js'
import { Kitchen } from './kitchen.js'
import { named } from './named.js'

type Bytes = Layer<Uint8Array, Uint8Array>

/** The first pipe breaks at that time, on both ends; the later ones hold. */
const firstBreaksAt = (ms: number) => ({ both: onPipe(1, cutAt(`${ms}ms x`)) })

/** A kitchen whose greetings take that long, and a client that dials again 100 ms after the break. */
const broken = ({ wire, run, random }: MarbleHelpers, at: number, takes = 5, options = {}) => {
  const { dial, pipes$, left, right } = wire(firstBreaksAt(at))
  const settled: string[] = []
  run(
    pipes$.pipe(
      peer({ serves: Kitchen, random }),
      mergeMap(client =>
        merge(
          client.incoming.greet.pipe(answer(name => timer(takes).pipe(map(() => `hello, ${name}`)))),
          client.incoming.shout.pipe(tap(call => settled.push(call.request))),
        ),
      ),
    ),
  )
  const client$ = dial.pipe(reconnect(linear({ every: 100 })), peer({ uses: Kitchen, random, ...options }))
  return { client$, left, right, settled }
}

test('close() between two pipes waits for the next one, so that what was said before arrives', t => {
  let settled: string[] = []
  marbles(t, helpers => {
    const { client$, left, settled: heard } = broken(helpers, 40)
    settled = heard
    const closing$ = client$.pipe(
      mergeMap(client =>
        timer(60).pipe(
          mergeMap(() => merge(client.remote.shout('last order'), client.close('closing time')).pipe(ignoreElements())),
        ),
      ),
    )
    helpers.expectObservable(closing$).toBe('190ms |')
    helpers
      .expectFrames(left)
      .toBe('H 9ms V 29ms # 99ms H 9ms P 19ms (OG|)', { G: { reason: 'DONE', message: 'closing time' } })
  })
  t.deepEqual(settled, ['last order'])
})

test('close() lets a call in flight finish over the next pipe', t => {
  marbles(t, helpers => {
    const { client$ } = broken(helpers, 40, 200)
    const answer$ = client$.pipe(
      mergeMap(client => merge(named(client.remote.greet('Ann')), timer(10).pipe(mergeMap(() => client.close())))),
    )
    helpers.expectObservable(answer$).toBe('240ms a 19ms |', { a: 'hello, Ann' })
  })
})

test('close() between two pipes ends when its grace is over, if there is no other', t => {
  marbles(
    t,
    helpers => {
      const { wire, run, random } = helpers
      const { dial, pipes$ } = wire(firstBreaksAt(40))
      run(
        pipes$.pipe(
          peer({ serves: Kitchen, random }),
          mergeMap(client => client.incoming.greet.pipe(answer(() => NEVER))),
        ),
      )
      const closing$ = dial.pipe(
        reconnect(linear({ every: 100_000 })),
        peer({ uses: Kitchen, random, grace: 500 }),
        mergeMap(client => merge(named(client.remote.greet('Ann')), timer(30).pipe(mergeMap(() => client.close())))),
      )
      helpers.expectObservable(closing$, '10s !').toBe('550ms (a|)', { a: 'Disconnected' })
    },
    { end: 1_000 },
  )
})

test('flush() that a broken pipe interrupts asks again over the next one', t => {
  marbles(t, helpers => {
    const flushed$ = broken(helpers, 45).client$.pipe(
      mergeMap(client => timer(20).pipe(mergeMap(() => concat(client.flush(), ['flushed'])))),
    )
    helpers.expectObservable(flushed$, '400ms !').toBe('195ms f', { f: 'flushed' })
  })
})

/** Reads, and may change, the frames that come in. */
const onFrames =
  (change: (frame: Frame) => Frame | undefined): Bytes =>
  pipe => {
    const frames = framed()(pipe)
    return {
      ...pipe,
      incoming: new Observable<Uint8Array>(subscriber => {
        const bytes: Pipe = { ...pipe, outgoing: { next: (chunk: Uint8Array) => subscriber.next(chunk) } as never }
        const writer = framed()(bytes)
        return frames.incoming.subscribe({
          next: frame => {
            const changed = change(frame)
            if (changed !== undefined) writer.outgoing.next(changed)
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        })
      }),
    }
  }

test('a far end whose position cannot be is cut off, and nobody is told of a connection in between', t => {
  const seen: string[] = []
  marbles(
    t,
    helpers => {
      const { wire, run, random } = helpers
      // the server claims to have taken in more than there was
      const lying = onFrames(frame =>
        frame._tag === 'Proof' && frame.resume !== undefined
          ? { ...frame, resume: { ...frame.resume, position: 1_000 } }
          : frame,
      )
      const { dial, pipes$ } = wire({ left: lying, ...firstBreaksAt(40) })
      run(
        pipes$.pipe(
          peer({ serves: Kitchen, random }),
          mergeMap(client => client.incoming.greet.pipe(answer(name => name))),
        ),
      )
      const statuses$ = dial.pipe(
        reconnect(linear({ every: 100 })),
        peer({ uses: Kitchen, random }),
        mergeMap(({ status$, remote }) =>
          merge(status$.pipe(tap(status => seen.push(textOf(status)))), named(remote.greet('Ann'))),
        ),
      )
      run(statuses$)
    },
    { end: 400 },
  )
  t.deepEqual(
    seen.filter((text, i) => text !== seen[i - 1]),
    ['Connected', 'Reconnecting ended', 'Reconnecting ProtocolViolation', 'Connected', 'Disconnected'],
  )
})

const textOf = (status: Status): string => {
  if (status._tag !== 'Reconnecting') return status._tag
  const { _tag, why } = (status.error ?? {}) as { readonly _tag?: string; readonly why?: string }
  return `Reconnecting ${why ?? _tag ?? 'after a goodbye'}`
}

test('a session whose window ends in the middle of its resumption is begun anew, and nothing waits for ever', t => {
  marbles(t, helpers => {
    // the pipe breaks at 40, the next one is there at 140, its proof would be at 160
    const { client$ } = broken(helpers, 40, 1_000, { resume: { windowMs: 115 } })
    const asked$ = client$.pipe(
      mergeMap(({ remote }) =>
        merge(
          named(remote.greet('Ann')),
          timer(300).pipe(mergeMap(() => named(remote.greet('Bo', { timeout: 2_000 })))),
        ),
      ),
    )
    helpers.expectObservable(asked$, '3s !').toBe('155ms a 1184ms b', { a: 'SessionLost unknown', b: 'hello, Bo' })
  })
})

test('an older pipe whose proof comes late does not take the session back from a newer one', t => {
  marbles(t, helpers => {
    const { wire, run, random } = helpers
    const { dial, pipes$, right } = wire()
    const refused: string[] = []
    run(
      pipes$.pipe(
        peer({ serves: Kitchen, random, refused: error => refused.push((error as { why: string }).why) }),
        mergeMap(client => client.incoming.greet.pipe(answer(name => timer(300).pipe(map(() => `hello, ${name}`))))),
      ),
    )
    // the second pipe breaks for the client at once, while the server still hears what it says, 100 ms late
    const slow = [onPipe(1, cutAt('40ms x')), onPipe(2, cutAt('25ms x'))] as const
    const client$ = dial.pipe(
      map(slow[0]),
      map(slow[1]),
      reconnect(linear({ every: 10 })),
      peer({ uses: Kitchen, random }),
    )
    helpers
      .expectObservable(client$.pipe(mergeMap(({ remote }) => named(remote.greet('Ann')))), '1s !')
      .toBe('340ms a', { a: 'hello, Ann' })
    helpers.scheduler.schedule(() => t.true(right.seen.length > 0), 900)
  })
})

import test from 'ava'
import { catchError, EMPTY, map, mergeMap, tap, timer } from 'rxjs'
import { answer, peer, type Pipe, type Transport } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

const secret = new Uint8Array(32).fill(7)
const keyed = map((pipe: Pipe) => ({ ...pipe, secret }))

/** A length in front of a frame, and nothing behind it. */
const lengthOf = (bytes: number): Uint8Array => {
  const varint: number[] = []
  for (let rest = bytes; ; rest = Math.floor(rest / 128)) {
    varint.push((rest % 128) + (rest >= 128 ? 128 : 0))
    if (rest < 128) return Uint8Array.from(varint)
  }
}

/** Somebody who begins with the length of a frame; what becomes of him is of no interest. */
const saying = (dial: Transport, bytes: number) =>
  dial.pipe(
    tap(pipe => pipe.outgoing.next(lengthOf(bytes))),
    catchError(() => EMPTY),
  )

for (const [bytes, isRefused] of [
  [1024 * 1024, false],
  [1024 * 1024 + 1, true],
] as const)
  test(`a frame of ${bytes} bytes of a far end that has proved nothing is ${isRefused ? 'refused' : 'waited for'}`, t => {
    const refused: string[] = []
    marbles(t, ({ wire, run, random, scheduler }) => {
      const { dial, pipes$ } = wire()
      const note = (error: unknown) => void refused.push((error as Error).message)
      run(pipes$.pipe(keyed, peer({ serves: Kitchen, random, refused: note })))
      run(saying(dial, bytes))
      scheduler.schedule(() => t.is(refused.length, isRefused ? 1 : 0), 1_000)
    })
    if (isRefused) t.regex(refused[0] ?? '', /over the limit of 1048576/)
  })

test('a smaller limit of the listener’s own holds for strangers too', t => {
  const refused: string[] = []
  marbles(t, ({ wire, run, random, scheduler }) => {
    const { dial, pipes$ } = wire()
    const note = (error: unknown) => void refused.push((error as Error).message)
    run(pipes$.pipe(keyed, peer({ serves: Kitchen, random, limits: { frameBytes: 50_000 }, refused: note })))
    run(saying(dial, 50_001))
    scheduler.schedule(() => t.regex(refused[0] ?? '', /over the limit of 50000/), 1_000)
  })
})

test('a far end that has proved itself says frames as long as the limits let it', t => {
  marbles(t, ({ wire, run, random, expectObservable }) => {
    const { dial, pipes$ } = wire()
    run(
      pipes$.pipe(
        keyed,
        peer({ serves: Kitchen, random }),
        mergeMap(far => far.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => String(name.length)))))),
      ),
    )
    // in one frame, not in parts
    const client$ = dial.pipe(keyed, peer({ uses: Kitchen, random, fragmentBytes: 8 * 1024 * 1024 }))
    const length$ = client$.pipe(mergeMap(({ remote }) => remote.greet('x'.repeat(3 * 1024 * 1024))))
    expectObservable(length$, '200ms !').toBe('55ms n', { n: String(3 * 1024 * 1024) })
  })
})

import test from 'ava'
import { catchError, mergeMap, of } from 'rxjs'
import { peer } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

const named = catchError((error: unknown) => {
  const { _tag, why } = error as { readonly _tag: string; readonly why?: string }
  return of([_tag, why].filter(Boolean).join(' '))
})

for (const [how, diagram, why] of [
  ['is killed', '[O] 5ms N |', 'ended'],
  ['resets the connection', '[O] 5ms N #', 'reset'],
] as const)
  test(`a far end that ${how} in the midst of a stream: the call ends, then the connection`, t => {
    marbles(t, ({ script, random, expectObservable }) => {
      const { dial } = script(diagram, { serves: Kitchen, values: { N: { value: 7 } } })
      const ticks$ = dial.pipe(
        peer({ uses: Kitchen, random }),
        mergeMap(({ remote }) => remote.ticks(1).pipe(named)),
        named,
      )

      expectObservable(ticks$).toBe('45ms a(bc|)', { a: 7, b: 'Disconnected', c: `PipeError ${why}` })
    })
  })

test('a far end that only falls silent is given up by the heartbeat', t => {
  marbles(t, ({ script, random, expectObservable, expectFrames }) => {
    // this one goes through its handshake itself, and gives no sign of life behind it, though its far end asks for one
    const { dial, left } = script('H [H] V [V] [O]', { serves: Kitchen })
    const kitchen$ = dial.pipe(
      peer({ uses: Kitchen, random, heartbeat: { everyMs: 100, tolerance: 3 } }),
      mergeMap(({ remote }) => remote.ticks(1).pipe(named)),
      named,
    )

    expectObservable(kitchen$).toBe('420ms (ab|)', { a: 'Disconnected', b: 'PipeError silent' })
    expectFrames(left).toBe('H 9ms V 9ms O 399ms #', { H: { heartbeatMs: 100 } })
  })
})

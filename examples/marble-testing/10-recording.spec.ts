import test from 'ava'
import { map, mergeMap, timer, type Observable } from 'rxjs'
import { answer, peer, type Transport } from 'sluice'
import { marbles, record, Recorder, replayAgainst } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

/** The server under test. */
const server =
  (greeting: string) =>
  (pipes$: Transport): Observable<unknown> =>
    pipes$.pipe(
      peer({ serves: Kitchen }),
      mergeMap(client => client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `${greeting}, ${name}`))))),
    )

/** What was recorded where it runs: here a conversation in virtual time, else a file that `recorder.file()` filled. */
const recorded = (t: Parameters<typeof marbles>[0]): Uint8Array => {
  const recorder = new Recorder({ contracts: Kitchen })
  marbles(t, ({ wire, run, random, expectObservable }) => {
    const { dial, pipes$ } = wire()
    run(server('hello')(pipes$.pipe(map(record(recorder)))))
    const answer$ = dial.pipe(
      peer({ uses: Kitchen, random }),
      mergeMap(({ remote }) => remote.greet('Ann')),
    )
    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
  })
  return recorder.file()
}

test('a conversation that was recorded is had again, and the server says what it said', t => {
  const file = recorded(t)
  marbles(t, ({ expectObservable }) => {
    expectObservable(replayAgainst(server('hello'), file, { plays: 'dialled' })).toBe('70ms (a|)', {
      a: 'as recorded',
    })
  })
})

test('a server that says something else is told apart', t => {
  const file = recorded(t)
  const told: string[] = []
  marbles(t, ({ run }) =>
    run(replayAgainst(server('goodbye'), file, { plays: 'dialled' }).pipe(map(text => told.push(text)))),
  )
  t.regex(told.join(), /hello, Ann/)
})

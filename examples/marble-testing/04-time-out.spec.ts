import test from 'ava'
import { catchError, mergeMap, of } from 'rxjs'
import { peer, type CallError } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('a call that takes too long times out here, and is cancelled there', t => {
  marbles(t, ({ script, random, expectObservable }) => {
    // a far end that hears the call, and says nothing until it is told to stop
    const { dial } = script('[O] [X]', { serves: Kitchen, values: { '[O]': { method: 'greet', timeoutMs: 25 } } })
    const late$ = dial.pipe(
      peer({ uses: Kitchen, random }),
      mergeMap(({ remote }) =>
        remote.greet('Ann', { timeout: 25 }).pipe(catchError((error: unknown) => of((error as CallError<never>)._tag))),
      ),
    )

    expectObservable(late$, '70ms !').toBe('45ms a', { a: 'Timeout' })
  })
})

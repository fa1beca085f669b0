import test from 'ava'
import { map, merge, mergeMap, throwError } from 'rxjs'
import { answer, attempt } from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

test('a failure of the contract travels as a value, any other as a defect', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, right } = peers(Kitchen, client =>
      client.incoming.bake.pipe(
        answer(bread => throwError(() => (bread === 'rye' ? { left: ['wheat'] } : new RangeError(`no ${bread}`)))),
      ),
    )
    const outcomes$ = client$.pipe(
      mergeMap(({ remote }) => merge(attempt(remote.bake('rye')), attempt(remote.bake('stone')))),
      map(either => (either._tag === 'Right' ? either.right : either.left)),
      map(error => {
        if (typeof error === 'string') return error
        if (error._tag === 'Failure') return error.failure
        return error._tag === 'Defect' ? error.defect.message : error._tag
      }),
    )

    expectObservable(outcomes$, '60ms !').toBe('40ms (ab)', { a: { left: ['wheat'] }, b: 'no stone' })
    expectFrames(right).toBe('H 9ms V 19ms (FF) 36ms (G|)', {
      F: [
        { code: 'FAILURE', value: { left: ['wheat'] } },
        { code: 'DEFECT', name: 'RangeError' },
      ],
    })
  })
})

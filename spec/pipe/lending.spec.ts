import test from 'ava'
import { Subject, tap } from 'rxjs'
import { borrow, endingBy, Lending, type ByteTaker } from '../../src/pipe/lending.js'

/** Bytes that are lent, and whether they are being read. */
const lender = () => {
  let taker: ByteTaker | undefined
  const lending = new Lending((by, mayLend) => {
    taker = { next: bytes => by.next(bytes, mayLend), error: error => by.error(error), complete: () => by.complete() }
    return () => (taker = undefined)
  })
  return { lending, taker: () => taker }
}

/** Takes bytes, and writes down what it hears. */
const witness = () => {
  const heard: unknown[] = []
  const taker: ByteTaker = {
    next: (bytes, lent) => heard.push([...bytes, lent]),
    error: error => heard.push(error),
    complete: () => heard.push('over'),
  }
  return { heard, taker }
}

test('bytes that are lent are lent on, past an operator that only the end is led through', t => {
  const { lending, taker } = lender()
  const told: string[] = []
  const watched = endingBy(lending, tap({ next: () => told.push('bytes'), complete: () => told.push('over') }))
  const { heard, taker: by } = witness()
  borrow(watched, by)
  taker()?.next(Uint8Array.of(1))
  taker()?.complete()
  t.deepEqual(heard, [[1, true], 'over'])
  t.deepEqual(told, ['over'])
})

test('who subscribes gets bytes that are not lent, and the error as the operator has it', t => {
  const { lending, taker } = lender()
  const told: unknown[] = []
  const heard: unknown[] = []
  endingBy(lending, tap({ error: (error: unknown) => told.push(error) })).subscribe({
    next: bytes => heard.push([...bytes]),
    error: (error: unknown) => heard.push(error),
  })
  taker()?.next(Uint8Array.of(2))
  taker()?.error('broken')
  t.deepEqual(heard, [[2], 'broken'])
  t.deepEqual(told, ['broken'])
})

test('whoever leaves is read for no more', t => {
  const { lending, taker } = lender()
  const reading = borrow(endingBy(lending, tap()), witness().taker)
  t.not(taker(), undefined)
  reading.unsubscribe()
  t.is(taker(), undefined)
})

test('what lends nothing is led through the operator, bytes and all', t => {
  const bytes$ = new Subject<Uint8Array>()
  const told: number[] = []
  const { heard, taker } = witness()
  borrow(
    endingBy(
      bytes$,
      tap(bytes => told.push(bytes.length)),
    ),
    taker,
  )
  bytes$.next(Uint8Array.of(3))
  t.deepEqual([told, heard], [[1], [[3, undefined]]])
})

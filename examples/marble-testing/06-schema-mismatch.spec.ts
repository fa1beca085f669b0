import test from 'ava'
import * as io from 'io-ts'
import { catchError, concat, mergeMap, of } from 'rxjs'
import { contract, request, serve, type SchemaMismatch } from 'sluice'
import { marbles } from 'sluice/testing'

const Shop = contract('guide.Shop', {
  price: request(io.type({ item: io.string, amount: io.number }), io.number),
  stock: request(io.string, io.number),
})

/** The client's edition: an amount in words. */
const OldShop = contract('guide.Shop', {
  price: request(io.type({ item: io.string, amount: io.string }), io.number),
  stock: request(io.string, io.number),
})

test('a method on which the two disagree fails before it is sent, the others work', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, left } = peers(Shop, client => serve(client, { price: () => 3, stock: () => 7 }), {
      uses: OldShop,
    })
    const talk$ = client$.pipe(
      mergeMap(({ remote }) =>
        concat(
          remote
            .price({ item: 'bread', amount: 'two' })
            .pipe(catchError((error: unknown) => of((error as SchemaMismatch).differences[0]?.path))),
          remote.stock('bread'),
        ),
      ),
    )

    expectObservable(talk$, '70ms !').toBe('30ms a 19ms b', { a: 'input.amount', b: 7 })
    // fingerprints differ, so each end describes its contract: D
    expectFrames(left).toBe('H 9ms D 9ms V 9ms O 39ms (G|)', { O: { method: 'stock' } })
  })
})

import { expectTypeOf } from 'expect-type'
import * as t from 'io-ts'
import { concatMap, map, type Observable, of, type OperatorFunction, range } from 'rxjs'
import { channel, contract, fromDemand, int32, paced, type Peer, type Remote, stream, toReadableStream } from 'sluice'

const Refused = t.type({ why: t.string })
const Shop = contract('demo.Shop', {
  orders: stream(t.void, int32, { failure: Refused, credit: { items: 8 } }),
  chat: channel(t.string, t.string),
})

declare const shop: Peer<typeof Shop>
const orders$ = shop.remote.orders()
expectTypeOf(orders$).toEqualTypeOf<Remote<number, t.TypeOf<typeof Refused>>>()

// paced, as a function of a call and as an operator
const cook = (order: number): Observable<string> => of(String(order))
expectTypeOf(paced(orders$, cook, 3)).toEqualTypeOf<Observable<string>>()
expectTypeOf(
  orders$.pipe(
    map(order => order + 1),
    paced(cook, { concurrency: 3 }),
  ),
).toEqualTypeOf<Observable<string>>()
expectTypeOf(paced(cook)).toEqualTypeOf<OperatorFunction<number, string>>()
expectTypeOf(orders$.pipe(paced(async order => Promise.resolve(order > 1)))).toEqualTypeOf<Observable<boolean>>()

// @ts-expect-error only a call can be paced by the function; the operator takes an overflow policy for the rest
paced(range(1, 3), cook, 3)
// @ts-expect-error work takes what the call emits
orders$.pipe(paced((order: string) => of(order)))
// @ts-expect-error a policy that there is not
paced(cook, { overflow: 'dropSome' })

// other consumers
expectTypeOf(toReadableStream(orders$)).toEqualTypeOf<ReadableStream<number>>()
expectTypeOf(orders$[Symbol.asyncIterator]()).toEqualTypeOf<AsyncIterator<number, undefined>>()
// @ts-expect-error an Observable of one's own has no demand to follow
toReadableStream(range(1, 3))

// producers
const rows$ = fromDemand(demand$ => demand$.pipe(concatMap(count => range(1, count))))
expectTypeOf(rows$).toEqualTypeOf<Observable<number>>()
expectTypeOf(shop.remote.chat(['a', 'b'])).toEqualTypeOf<Remote<string>>()

// per call
shop.remote.orders(undefined, { credit: { items: 1, bytes: 1024 }, timeout: 1_000 })
// @ts-expect-error credit is in items and bytes
shop.remote.orders(undefined, { credit: { frames: 1 } })

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

// @ts-expect-error work takes what the call emits
orders$.pipe(paced((order: string) => of(order)))
// @ts-expect-error a policy that there is not
paced(cook, { overflow: 'dropSome' })

// other consumers
expectTypeOf(toReadableStream(orders$)).toEqualTypeOf<ReadableStream<number>>()
expectTypeOf(orders$[Symbol.asyncIterator]()).toEqualTypeOf<AsyncIterator<number, undefined>>()
// an Observable of one's own has no demand to follow: both take calls only
expectTypeOf<Observable<number>>().not.toExtend<Parameters<typeof toReadableStream<number>>[0]>()
expectTypeOf<Remote<number>>().toExtend<Parameters<typeof toReadableStream<number>>[0]>()

// producers
const rows$ = fromDemand(demand$ => demand$.pipe(concatMap(count => range(1, count))))
expectTypeOf(rows$).toEqualTypeOf<Observable<number>>()
expectTypeOf(shop.remote.chat(['a', 'b'])).toEqualTypeOf<Remote<string>>()

// per call
shop.remote.orders(undefined, { credit: { items: 1, bytes: 1024 }, timeout: 1_000 })
// @ts-expect-error credit is in items and bytes
shop.remote.orders(undefined, { credit: { frames: 1 } })

import { expectTypeOf } from 'expect-type'
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { type Observable, type OperatorFunction, switchMap, tap } from 'rxjs'
import {
  all,
  answer,
  attempt,
  type CallError,
  channel,
  connected,
  contract,
  disconnected,
  event,
  expectTag,
  exponential,
  int32,
  merged,
  memoryPipes,
  messages,
  peer,
  type Peer,
  type Pipe,
  reconnect,
  request,
  serve,
  type Settled,
  type Status,
  stream,
  toTaskEither,
  type Transport,
  upload,
  type SchemaReport,
  type Remote,
  assertCompatible,
} from 'sluice'
import { bind, dial, fromParent, spawn, type ConnectionKey } from 'sluice/node'

/** The design's examples, as it prints them. */

const Mood = t.keyof({ fine: null, busy: null })
const Order = t.type({ bread: t.string })
const Sandwich = t.type({ layers: t.array(t.string) })
const OutOfBread = t.type({ bread: t.string })
const Tick = t.type({ at: t.number })
const Ingredient = t.type({ grams: int32 })
const Weight = t.type({ total: int32 })
const Line = t.string

type Order = t.TypeOf<typeof Order>
type Sandwich = t.TypeOf<typeof Sandwich>
type OutOfBread = t.TypeOf<typeof OutOfBread>

// contract.ts
const Kitchen = contract('demo.Kitchen', {
  howAreYou: request(t.void, Mood),
  makeSandwich: request(Order, Sandwich, { failure: OutOfBread, idempotent: true }),
  ticks: stream(t.type({ everyMs: int32 }), Tick),
  weigh: upload(Ingredient, Weight),
  chat: channel(Line, Line),
  goodToHear: event(t.string),
})

const Diner = contract('demo.Diner', {
  describeTable: stream(t.void, t.string),
})

declare const make: (order: Order) => Sandwich
declare const key: ConnectionKey

// server.ts
bind()
  .pipe(
    tap(door => console.log(String(door.key))),
    switchMap(door => door.pipes$),
    peer({ serves: Kitchen, uses: Diner }),
  )
  .subscribe(diner => {
    diner.incoming.makeSandwich.pipe(answer(order => make(order), { concurrency: 4 })).subscribe()
    diner.remote.describeTable().subscribe(console.log)
  })

// client.ts
dial(key)
  .pipe(
    reconnect(exponential({ from: 50, to: 5_000 })),
    peer({ uses: Kitchen, serves: Diner }),
    switchMap(kitchen => kitchen.remote.ticks({ everyMs: 100 })),
  )
  .subscribe(tick => expectTypeOf(tick).toEqualTypeOf<{ at: number }>())

// `peer(...)` is an operator from pipes to peers
expectTypeOf(peer({ uses: Kitchen, serves: Diner })).toEqualTypeOf<
  OperatorFunction<Pipe, Peer<typeof Kitchen, typeof Diner>>
>()
expectTypeOf<Transport>().toEqualTypeOf<Observable<Pipe>>()

declare const kitchen: Peer<typeof Kitchen, typeof Diner>
declare const diner: Peer<typeof Diner, typeof Kitchen>

// the members of a peer
expectTypeOf(kitchen.remote.howAreYou()).toEqualTypeOf<Remote<'fine' | 'busy'>>()
expectTypeOf(kitchen.remote.makeSandwich({ bread: 'rye' })).toEqualTypeOf<Remote<Sandwich, OutOfBread>>()
expectTypeOf(kitchen.remote.goodToHear('bye')).toEqualTypeOf<Remote<never>>()
expectTypeOf(kitchen.remote.makeSandwich({ bread: 'rye' })).toExtend<Observable<Sandwich>>()
expectTypeOf(kitchen.remote.ticks({ everyMs: 1 })).toExtend<AsyncIterable<{ at: number }>>()
kitchen.remote.weigh([{ grams: 1 }])
kitchen.remote.chat(kitchen.remote.chat(['an ObservableInput, such as another stream']))
kitchen.remote.makeSandwich(
  { bread: 'rye' },
  {
    timeout: 1_000,
    metadata: { table: '4' },
    credit: { items: 16, bytes: 65_536 },
    signal: AbortSignal.timeout(1_000),
  },
)
expectTypeOf(kitchen.status$).toEqualTypeOf<Observable<Status>>()
expectTypeOf(kitchen.schema$).toEqualTypeOf<Observable<SchemaReport>>()
expectTypeOf(kitchen.close('done')).toEqualTypeOf<Observable<never>>()
expectTypeOf(kitchen.flush()).toEqualTypeOf<Observable<never>>()

// @ts-expect-error the input is the contract's
kitchen.remote.makeSandwich({ bread: 1 })
// @ts-expect-error a method of the other contract is not the far end's
kitchen.remote.describeTable()

// the members of a call
diner.incoming.makeSandwich.subscribe(call => {
  expectTypeOf(call.request).toEqualTypeOf<Order>()
  expectTypeOf(call.peer).toEqualTypeOf<typeof diner>()
  expectTypeOf(call.metadata).toExtend<object>()
  expectTypeOf(call.deadline).toEqualTypeOf<number | undefined>()
  expectTypeOf(call.cancelled$).toEqualTypeOf<Observable<void>>()
  expectTypeOf(call.demand$).toEqualTypeOf<Observable<number>>()
  call.reply({ layers: [] })
  call.fail({ bread: 'rye' })
  // @ts-expect-error the answer is the contract's
  call.reply('a sandwich')
})
diner.incoming.chat.subscribe(call => {
  expectTypeOf(call.requests$).toExtend<Observable<string>>()
  call.reply(call.requests$)
})

// one method's calls over all clients
declare const peers$: Observable<typeof diner>
expectTypeOf(merged(peers$, 'makeSandwich')).toEqualTypeOf<(typeof diner)['incoming']['makeSandwich']>()

// the whole table at once; what a handler may return
expectTypeOf(
  serve(diner, {
    howAreYou: () => 'fine' as const,
    makeSandwich: async order => Promise.resolve(make(order)),
    ticks: () => [{ at: 1 }],
    weigh: async ingredients$ => {
      let total = 0
      for await (const { grams } of ingredients$) total += grams
      return { total }
    },
    async *chat(lines$) {
      for await (const line of lines$) yield line
    },
    goodToHear: () => undefined,
  }),
).toEqualTypeOf<Observable<Settled>>()

// several contracts
const Health = contract('demo.Health', { ping: request(t.void, t.void) })
declare const both: Peer<ReturnType<typeof joined>>
const joined = () => all(Kitchen, Health)
both.remote.ping()
both.remote.howAreYou()

// set-up
expectTypeOf(spawn(process.execPath, { args: ['client.js'], env: { A: '1' }, cwd: '/' })).toEqualTypeOf<Transport>()
expectTypeOf(fromParent()).toEqualTypeOf<Transport>()
expectTypeOf(memoryPipes().dial).toEqualTypeOf<Transport>()
expectTypeOf(connected(kitchen)).toEqualTypeOf<Observable<void>>()
disconnected(kitchen).subscribe(status => expectTypeOf(status._tag).toEqualTypeOf<'Disconnected'>())
peers$.pipe(assertCompatible())
bind({ clients: 1 })

// edges for fp-ts users
expectTypeOf(attempt(kitchen.remote.makeSandwich({ bread: 'rye' }))).toEqualTypeOf<
  Observable<Either<CallError<OutOfBread>, Sandwich>>
>()
expectTypeOf(toTaskEither(kitchen.remote.makeSandwich({ bread: 'rye' }))).toEqualTypeOf<
  TaskEither<CallError<OutOfBread>, Sandwich>
>()

// one message type for everything
const Message = t.union([
  t.type({ _tag: t.literal('MakeMeASandwich'), bread: t.string }),
  t.type({ _tag: t.literal('ASandwich'), layers: t.array(t.string) }),
])
const Talk = messages(Message)
declare const friend: Peer<typeof Talk, typeof Talk>
friend.remote
  .send({ _tag: 'MakeMeASandwich', bread: 'rye' })
  .pipe(expectTag('ASandwich'))
  .subscribe(sandwich => expectTypeOf(sandwich.layers).toEqualTypeOf<string[]>())

import test from 'ava'
import { EMPTY, firstValueFrom, lastValueFrom, merge, mergeMap, NEVER, tap, toArray, type Observable } from 'rxjs'
import { answer, memoryPipes, peer, serve, type NoContract, type Peer } from 'sluice'
import { Kitchen } from './kitchen.js'

type Client = Peer<NoContract, typeof Kitchen>

/** A client's kitchen, of which a server makes what it is told; both are let go of when `use` is done. */
const meet = async <T>(
  serving: (client: Client) => Observable<unknown>,
  use: (kitchen: Peer<typeof Kitchen>) => Promise<T>,
): Promise<T> => {
  const { pipes$, dial } = memoryPipes()
  const server = pipes$.pipe(peer({ serves: Kitchen }), mergeMap(serving)).subscribe()
  const kitchen$ = dial.pipe(peer({ uses: Kitchen }))
  try {
    return await firstValueFrom(kitchen$.pipe(mergeMap(kitchen => use(kitchen))))
  } finally {
    server.unsubscribe()
  }
}

const handlers = {
  greet: (name: string) => `hello, ${name}`,
  bake: () => 'bread',
  ticks: (count: number) => Array.from({ length: count }, (_, n) => n),
  weigh: () => 1,
  chat: () => EMPTY,
  shout: () => undefined,
}

test('a method answers from its first call on, and again', async t => {
  const answers = await meet(
    client => serve(client, handlers),
    kitchen =>
      lastValueFrom(
        merge(kitchen.remote.greet('Ann'), kitchen.remote.ticks(2), kitchen.remote.greet('Bob')).pipe(toArray()),
      ),
  )
  t.deepEqual([...answers].sort(), [0, 1, 'hello, Ann', 'hello, Bob'])
})

test('a method without a handler is served by nobody', async t => {
  const error = await meet(
    client => serve(client, { greet: handlers.greet } as never),
    kitchen => lastValueFrom(kitchen.remote.bake(1)).catch((thrown: unknown) => thrown),
  )
  t.is((error as { readonly _tag: string })._tag, 'Unimplemented')
})

test('handlers for a copy of a peer get the calls of the copy', async t => {
  const heard: string[] = []
  const answer$ = await meet(
    client => {
      const incoming = { ...client.incoming, greet: client.incoming.greet.pipe(tap(call => heard.push(call.request))) }
      return serve({ ...client, incoming }, handlers as never)
    },
    kitchen => lastValueFrom(kitchen.remote.greet('Ann')),
  )
  t.is(answer$, 'hello, Ann')
  t.deepEqual(heard, ['Ann'])
})

test('who was there before the handlers answers first', async t => {
  const given = await meet(
    client => merge(client.incoming.greet.pipe(answer(() => 'first')), serve(client, { bake: handlers.bake } as never)),
    kitchen => lastValueFrom(merge(kitchen.remote.greet('Ann'), kitchen.remote.bake(1)).pipe(toArray())),
  )
  t.deepEqual([...given].sort(), ['bread', 'first'])
})

test('a handler for what is no method is refused at once, as are options that cannot be', t => {
  const { pipes$, dial } = memoryPipes()
  const errors: unknown[] = []
  const server = pipes$.pipe(peer({ serves: Kitchen })).subscribe(client => {
    for (const make of [
      () => serve(client, { dance: () => undefined } as never),
      () => serve(client, { toString: () => undefined } as never),
      () => serve({ incoming: { ...client.incoming } }, { dance: () => undefined } as never),
      () => serve(client, handlers as never, { concurrency: 0 }),
    ])
      try {
        void make()
        errors.push('nothing')
      } catch (error) {
        errors.push((error as Error).message.split(':')[0])
      }
  })
  const done = new Promise<void>(resolve => {
    dial.pipe(peer({ uses: Kitchen })).subscribe(() => resolve())
  })
  return done.then(() => {
    server.unsubscribe()
    t.deepEqual(errors.slice(0, 3), [
      'dance is no method that this peer serves',
      'toString is no method that this peer serves',
      'dance is no method that this peer serves',
    ])
    t.not(errors[3], 'nothing')
  })
})

test('it completes when its peer has ended and what was in hand is over', async t => {
  const { pipes$, dial } = memoryPipes()
  const told: string[] = []
  const over = new Promise<void>(resolve => {
    pipes$.pipe(peer({ serves: Kitchen })).subscribe(client => {
      serve(client, { ...handlers, ticks: () => NEVER }).subscribe({
        next: ({ _tag, call }) => told.push(`${call.method} ${_tag}`),
        complete: () => {
          told.push('over')
          resolve()
        },
      })
    })
  })
  const dialling = dial.pipe(peer({ uses: Kitchen })).subscribe(({ remote }) => {
    remote.ticks(1).subscribe({ error: () => undefined })
    remote.greet('Ann').subscribe({ complete: () => dialling.unsubscribe() })
  })
  await over
  t.deepEqual(told, ['greet Replied', 'ticks Cancelled', 'over'])
})

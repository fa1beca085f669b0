/**
 * Makes many calls, connects and leaves many times, and says what is left.
 *
 * Usage: `node --expose-gc --import tsx spec/leaks/program.ts calls|connections|idle N`. Prints one line of JSON; ends by itself.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  firstValueFrom,
  ignoreElements,
  interval,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  take,
  tap,
} from 'rxjs'
import * as io from 'io-ts'
import {
  channel,
  contract,
  event,
  int32,
  linear,
  memoryPipes,
  peer,
  reconnect,
  request,
  serve,
  stream,
  upload,
  type Peer,
  type Transport,
} from 'sluice'
import { bind, dial } from 'sluice/node'
import { openResources } from 'sluice/testing/node'
import { openBooks } from '../chaos/books.js'

const Work = contract('leaks.Work', {
  ask: request(int32, int32),
  count: stream(int32, int32),
  sum: upload(int32, int32),
  chat: channel(int32, int32),
  note: event(int32),
  never: request(int32, io.void),
})

const handlers = {
  ask: (n: number) => n + 1,
  count: (n: number) => Array.from({ length: n }, (_, i) => i),
  sum: (items$: Observable<number>) => merge(items$.pipe(ignoreElements()), [7]),
  chat: (items$: Observable<number>) => items$.pipe(map(n => -n)),
  note: () => undefined,
  never: () => NEVER,
}

declare const gc: () => void

/** What holds a process, and what it holds. */
const census = async () => {
  // whoever still has to write, to end, or to be collected
  for (let i = 0; i < 4; i++) {
    await pause(20)
    gc()
  }
  return {
    heap: process.memoryUsage().heapUsed,
    resources: openResources(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

const kinds = ['ask', 'count', 'sum', 'chat', 'note', 'never'] as const
type Far = Peer<typeof Work>

const callOf = ({ remote }: Far, kind: (typeof kinds)[number], n: number): Observable<unknown> => {
  switch (kind) {
    case 'ask':
      return remote.ask(n)
    case 'count':
      return remote.count(n % 5)
    case 'sum':
      return remote.sum(n % 3 === 0 ? interval(1).pipe(take(3)) : [1, 2, 3])
    case 'chat':
      return remote.chat([1, 2, 3])
    case 'note':
      return remote.note(n)
    case 'never':
      return remote.never(n)
  }
}

const server = (pipes$: Transport) =>
  pipes$.pipe(
    peer({ serves: Work, refused: () => undefined }),
    mergeMap(far => serve(far, handlers)),
  )

/** Calls of every kind, every other one cancelled: at once, or in the middle. */
const makeCalls = async (far: Far, calls: number): Promise<number> => {
  let cancelled = 0
  const batch = 500
  for (let made = 0; made < calls; made += batch) {
    const pending: Promise<unknown>[] = []
    for (let i = 0; i < batch; i++) {
      const nth = made + i
      const kind = kinds[nth % kinds.length]!
      const call$ = callOf(far, kind, nth)
      if (kind !== 'never' && (nth / kinds.length) % 10 < 6) pending.push(lastValueFrom(call$, { defaultValue: 0 }))
      else {
        cancelled++
        const subscription = call$.subscribe({ error: () => undefined })
        if (nth % 4 === 0) subscription.unsubscribe()
        else pending.push(pause(nth % 3).then(() => subscription.unsubscribe()))
      }
    }
    await Promise.all(pending)
  }
  return cancelled
}

const scenes: Record<string, (n: number) => Promise<object>> = {
  calls: async n => {
    const books = openBooks()
    const { dial: dialled, pipes$ } = memoryPipes()
    const serving = server(pipes$).subscribe()
    let far: Far | undefined
    // with reconnect() the session may be resumed: what is sent is kept until it is acknowledged
    const talking = dialled.pipe(reconnect(linear({ every: 10 })), peer({ uses: Work })).subscribe(made => (far = made))
    while (far === undefined) await pause(1)
    // code is compiled, caches are filled
    await makeCalls(far, 5_000)
    // until all is acknowledged
    await pause(1_100)
    const before = await census()
    const cancelled = await makeCalls(far, n)
    await pause(1_100)
    const after = await census()
    const left = { calls: books.calls(), kept: books.kept() }
    talking.unsubscribe()
    serving.unsubscribe()
    return { before, after, end: await census(), cancelled, left }
  },
  connections: async n => {
    const start = await census()
    let key = ''
    const serving = bind()
      .pipe(
        tap(door => (key = String(door.key))),
        mergeMap(door => server(door.pipes$)),
      )
      .subscribe()
    while (key === '') await pause(1)
    const connect = async (nth: number) => {
      const one$ = dial(key).pipe(
        peer({ uses: Work }),
        mergeMap(({ remote }) => remote.ask(nth)),
      )
      // some leave with a call under way, most with none
      await firstValueFrom(nth % 5 === 0 ? one$.pipe(take(1)) : one$)
    }
    for (let i = 0; i < 50; i++) await connect(i)
    const before = await census()
    for (let made = 0; made < n; made += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => connect(made + i)))
    await pause(1_200)
    const after = await census()
    serving.unsubscribe()
    await pause(1_200)
    return { before, after, start, end: await census() }
  },
  idle: async () => {
    const { dial: dialled, pipes$ } = memoryPipes()
    server(pipes$).subscribe()
    const talking = dialled.pipe(peer({ uses: Work })).subscribe()
    await pause(20)
    talking.unsubscribe()
    return { done: true }
  },
}

// Node makes it when it destroys its first socket, and keeps it
void process.stderr

const [scene = '', n = '0'] = process.argv.slice(2)
console.log(JSON.stringify(await scenes[scene]!(Number(n))))

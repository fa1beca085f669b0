import { defer, interval, map, Observable, take, timer, type SchedulerLike, type Subscription } from 'rxjs'
import type { Peer, NoContract } from 'sluice'
import type { Chance } from './chance.js'
import { check, itemOf, type Item, type Load } from './load.js'
import type { Ledger } from './ledger.js'

type Far = Peer<typeof Load, typeof Load> | Peer<typeof Load, NoContract>

const items = (key: number, n: number, gap: number): Observable<Item> =>
  interval(gap).pipe(
    take(n),
    map(i => itemOf(key, i)),
  )

const kinds = ['ask', 'again', 'count', 'sum', 'chat', 'note'] as const

/** Makes calls of every kind at random times, cancels some, gives some a deadline, and holds each against the model. */
export class Caller {
  private readonly cancelled = new Set<number>()

  constructor(
    private readonly far: Far,
    private readonly ledger: Ledger,
    private readonly chance: Chance,
    private readonly scheduler: SchedulerLike,
    private readonly side: string,
  ) {}

  start(calls: number, overMs: number): void {
    for (let i = 0; i < calls; i++) this.scheduler.schedule(() => this.call(), this.chance.int(0, overMs))
  }

  private call(): void {
    const { chance, ledger, side } = this
    const kind = chance.pick(kinds)
    const key = ledger.open(side, kind)
    const n = chance.int(0, 14)
    const gap = chance.int(0, 12)
    const deadline = chance.is(0.2) ? chance.int(1, 400) : Infinity
    let seen = 0
    const subscription: Subscription = this.made(kind, key, n, gap, deadline).subscribe({
      next: value => {
        ledger.guard(key, () => {
          if (typeof value === 'number') {
            if (value !== n) throw new Error(`upload ${key} had ${n} items, ${value} were counted`)
          } else check(value, key, kind === 'ask' || kind === 'again' ? 1 : seen)
        })
        seen++
      },
      error: (error: unknown) => ledger.failed(key, error, deadline < Infinity),
      complete: () => {
        const wanted = kind === 'count' || kind === 'chat' ? n : kind === 'note' ? 0 : 1
        ledger.completed(key, seen, wanted)
      },
    })
    if (!chance.is(0.25)) return
    const cancel = () => {
      if (subscription.closed) return
      this.cancelled.add(key)
      subscription.unsubscribe()
      ledger.cancelled(key)
    }
    this.scheduler.schedule(cancel, chance.int(0, 300))
  }

  private made(
    kind: (typeof kinds)[number],
    key: number,
    n: number,
    gap: number,
    timeout: number,
  ): Observable<Item | number> {
    const { remote } = this.far
    switch (kind) {
      case 'ask':
        return remote.ask(itemOf(key, 0), { timeout })
      case 'again':
        return remote.again(itemOf(key, 0), { timeout })
      case 'count':
        return remote.count({ key, upTo: n }, { timeout })
      case 'sum':
        return remote.sum(items(key, n, gap), { timeout })
      case 'chat':
        return remote.chat(items(key, n, gap), { timeout })
      case 'note':
        return remote.note(key)
    }
  }
}

/** Answers every method, and checks what comes against the model of the moment. */
export const handlers = (model: () => Ledger) => {
  const reply = (request: Item) => {
    model().guard(request.key, () => check(request, request.key, 0))
    model().handled(request.key)
    return timer(request.pad.length % 25).pipe(map(() => itemOf(request.key, 1)))
  }
  const inOrder = () => {
    let next = 0
    return (item: Item) => {
      model().guard(item.key, () => check(item, item.key, next))
      next++
      return item
    }
  }
  return {
    ask: reply,
    again: reply,
    count: ({ key, upTo }: { readonly key: number; readonly upTo: number }) => {
      model().handled(key)
      if (key % 2 === 0) return Array.from({ length: upTo }, (_, i) => itemOf(key, i))
      return items(key, upTo, 1 + (key % 7))
    },
    sum: (requests$: Observable<Item>) =>
      defer(() => {
        const taken = inOrder()
        return new Observable<number>(subscriber => {
          let n = 0
          return requests$.subscribe({
            next: item => {
              taken(item)
              n++
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => {
              subscriber.next(n)
              subscriber.complete()
            },
          })
        })
      }),
    chat: (requests$: Observable<Item>) => requests$.pipe(map(inOrder())),
    note: (key: number) => model().noted(key),
  }
}

import { Observable } from 'rxjs'
import type { Flow } from './consumer.js'
import { onRoot } from './lifted.js'
import type { Remote } from './remote.js'

/** An item of a call, until nothing is left to do for it. */
export class Item {
  private holders = 1

  constructor(private readonly done: () => void) {}

  /** One more who has something to do for it. */
  hold(): this {
    this.holders++
    return this
  }

  /** One of them is done. */
  release(): void {
    if (--this.holders === 0) this.done()
  }
}

/** The item that is being handed on at this moment: whatever comes out of the operators meanwhile is made of it. */
export interface Moment {
  item: Item | undefined
}

/** The items of a call, each granted again when it is let go of. */
const paceable = (call$: Pick<Remote<unknown>, 'start'>, moment: Moment): Observable<unknown> =>
  new Observable(subscriber => {
    // a call that delivers before it has begun cannot be told yet
    let begun = false
    const early: number[] = []
    const consumed = (size: number) => {
      if (begun) flow.consumed(size)
      else early.push(size)
    }
    const flow: Flow = call$.start({
      paced: true,
      next: (value, size) => {
        const item = new Item(() => consumed(size))
        const before = moment.item
        moment.item = item
        try {
          subscriber.next(value)
        } finally {
          moment.item = before
        }
        item.release()
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    })
    begun = true
    subscriber.add(flow)
    for (const size of early) flow.consumed(size)
  })

/** Whether an Observable is a call, which can be paced. */
export const isCall = (source$: Observable<unknown>): source$ is Remote<unknown> =>
  typeof (source$ as Partial<Remote<unknown>>).start === 'function'

/** The same operators on their call, whose items are granted as they are let go of. */
export const onPacedRoot = <T>(chain$: Observable<T>, root: Remote<unknown>, moment: Moment): Observable<T> =>
  onRoot(chain$, paceable(root, moment))

import { Observable } from 'rxjs'
import type { Consumer, Flow } from './consumer.js'
import { iterate } from './iterate.js'

/**
 * A stream from the far end: an Observable that can also be paced, and iterated with `for await`.
 *
 * It is cold: each subscription is a call of its own, and unsubscribing cancels that call at the far end.
 *
 * @typeParam T - what it emits
 * @typeParam E - the failure that its method names; it fails with a `CallError<E>`
 */
export class Remote<T, E = never> extends Observable<T> implements AsyncIterable<T> {
  /** For type inference only: what the call may fail with. */
  declare readonly failure?: E

  /** @param start - begins to deliver to a consumer */
  constructor(readonly start: (consumer: Consumer<T>) => Flow) {
    super(start)
  }

  /** Pulls one item at a time: the far end sends the next one when the loop asks for it. Leaving the loop cancels. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return iterate(this)
  }
}

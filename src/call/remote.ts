import { Observable, type Unsubscribable } from 'rxjs'
import { iterate } from './iterate.js'

/**
 * Who takes the items of a stream.
 *
 * A plain consumer has taken an item when `next` returns. A paced one says so itself, with {@link Flow.consumed}.
 */
export interface Consumer<T> {
  /** @param size - bytes of the item, to be given back to {@link Flow.consumed} */
  next(value: T, size: number): void
  error(error: unknown): void
  complete(): void
  readonly paced?: true
}

/** A stream that is under way. */
export interface Flow extends Unsubscribable {
  /** A paced consumer is done with an item of that size: the far end may send another. */
  consumed(size: number): void
}

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
    super(subscriber => start(subscriber))
  }

  /** Pulls one item at a time: the far end sends the next one when the loop asks for it. Leaving the loop cancels. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return iterate(this)
  }
}

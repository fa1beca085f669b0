import type { Unsubscribable } from 'rxjs'

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

/** A stream that has ended before it began. */
export const noFlow: Flow = { unsubscribe: () => undefined, consumed: () => undefined }

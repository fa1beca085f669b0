import { iterate } from './iterate.js'
import type { Remote } from './remote.js'

/**
 * A call as a web `ReadableStream`: follows the stream's own queue, and cancelling it cancels the call.
 *
 * An item's credit is granted again when the stream asks for the one after, which it does while its queue has room; so a
 * reader that pauses slows its far end down. The call begins with the first pull: at the end of the tick, or, with a
 * `highWaterMark` of 0, with the first read. A stream is read once, and so is its call.
 *
 * @example
 * ```ts
 * await toReadableStream(kitchen.remote.photo(order)).pipeTo(file)
 * ```
 *
 * @param strategy - the stream's own; default: a queue of one item
 */
export const toReadableStream = <T>(call$: Remote<T, any>, strategy?: QueuingStrategy<T>): ReadableStream<T> => {
  const items = iterate(call$)
  return new ReadableStream<T>(
    {
      // a web stream is an edge: it waits for promises
      pull: controller =>
        items.next().then(result => {
          if (result.done === true) controller.close()
          else controller.enqueue(result.value)
        }),
      cancel: () => void items.return?.(),
    },
    strategy,
  )
}

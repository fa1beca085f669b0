import type { Consumer, Flow } from './consumer.js'

/** Something that delivers to a paced consumer. */
interface Startable<T> {
  readonly start: (consumer: Consumer<T>) => Flow
}

type Result<T> = IteratorResult<T, undefined>

interface Waiting<T> {
  readonly resolve: (result: Result<T>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Iterates a stream, an item at a time.
 *
 * This is an edge: the language defines an AsyncIterator by promises. Items lie here until the loop asks for them, and
 * are consumed, so that the far end may send another, when it asks for the one after.
 */
export const iterate = <T>(remote: Startable<T>): AsyncIterator<T, undefined> => {
  const items: { readonly value: T; readonly size: number }[] = []
  const waiting: Waiting<T>[] = []
  let end: { readonly error?: unknown } | undefined
  let flow: Flow | undefined
  let held: number | undefined

  const finish = (ended: { readonly error?: unknown }) => {
    end = ended
    for (const one of waiting.splice(0)) settleEnd(one)
  }
  const settleEnd = ({ resolve, reject }: Waiting<T>) => {
    const ended = end
    end = {}
    if (ended !== undefined && 'error' in ended) reject(ended.error)
    else resolve({ done: true, value: undefined })
  }
  const hand = ({ resolve }: Waiting<T>, value: T, size: number) => {
    held = size
    resolve({ done: false, value })
  }
  const release = () => {
    if (held !== undefined) flow?.consumed(held)
    held = undefined
  }
  const consumer: Consumer<T> = {
    paced: true,
    next: (value, size) => {
      const one = waiting.shift()
      if (one === undefined) items.push({ value, size })
      else hand(one, value, size)
      // whoever asks for several items at once is done with one when the next was asked for
      if (waiting.length > 0) release()
    },
    error: error => finish({ error }),
    complete: () => finish({}),
  }

  return {
    next: () =>
      // eslint-disable-next-line no-restricted-globals -- an AsyncIterator is made of promises
      new Promise<Result<T>>((resolve, reject) => {
        const one = { resolve, reject }
        if (end === undefined) flow ??= remote.start(consumer)
        release()
        const item = items.shift()
        if (item !== undefined) hand(one, item.value, item.size)
        else if (end !== undefined) settleEnd(one)
        else waiting.push(one)
      }),
    return: () => {
      flow?.unsubscribe()
      items.length = 0
      finish({})
      // eslint-disable-next-line no-restricted-globals -- an AsyncIterator is made of promises
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}

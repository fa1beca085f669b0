import { concatMap, defer, EMPTY, finalize, merge, type Observable, of, repeat } from 'rxjs'

/**
 * `mergeMap` for what can be asked: takes the next item when there is room for it, not before.
 *
 * RxJS's own `mergeMap` takes in all items at once and keeps those that wait, however many they are.
 *
 * @param concurrency - how many are in hand at once
 */
export const pulled = <A, B>(
  items: AsyncIterable<A>,
  project: (item: A) => Observable<B>,
  concurrency: number,
): Observable<B> =>
  defer(() => {
    const iterator = items[Symbol.asyncIterator]()
    let done = false
    const lane$ = defer(() => iterator.next()).pipe(
      concatMap(result => {
        if (result.done !== true) return project(result.value)
        done = true
        return EMPTY
      }),
      repeat({ delay: () => (done ? EMPTY : of(true)) }),
    )
    return merge(...Array.from({ length: concurrency }, () => lane$)).pipe(
      finalize(() => void iterator.return?.(undefined)),
    )
  })

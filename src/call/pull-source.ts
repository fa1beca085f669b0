import { from, isObservable, type Observable, type ObservableInput } from 'rxjs'

/** Takes what a pull brings: one item, the end, or a failure. */
export interface Taker<T> {
  item(value: T): void
  done(): void
  failed(error: unknown): void
}

/** A producer that waits to be asked, for one item at a time. */
export interface PullSource<T> {
  /** Gives what there is as soon as it is asked: whoever pulls asks it directly, which spares half of what a small item costs here. */
  readonly iterator?: Iterator<T>
  /** Where that takes time: asks for one item. `take` is called once for it, now or later, before which there is no other pull. */
  readonly pull?: (take: Taker<T>) => void
  /** Lets go of the producer, as breaking out of a `for` loop does. */
  close(): void
}

/** True for whatever has a `then`. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> => hasMethod(value, 'then')

const hasMethod = (value: unknown, name: PropertyKey): boolean =>
  typeof value === 'object' && value !== null && typeof (value as Record<PropertyKey, unknown>)[name] === 'function'

/** Asks for one result; a promise is awaited through rxjs. */
const settle = <A>(ask: () => PromiseLike<A>, taken: (value: A) => void, failed: (error: unknown) => void): void => {
  let promise: PromiseLike<A>
  try {
    promise = ask()
  } catch (error) {
    failed(error)
    return
  }
  from(promise).subscribe({ next: taken, error: failed })
}

const ignore = (): void => undefined

const fromIterator = <T>(iterator: Iterator<T>): PullSource<T> => ({
  iterator,
  close: () => void iterator.return?.(),
})

/** Pulls what promises bring. */
const pulling =
  <T>(ask: () => PromiseLike<IteratorResult<T>>) =>
  (taker: Taker<T>): void =>
    settle(
      ask,
      result => {
        if (result.done === true) taker.done()
        else taker.item(result.value)
      },
      error => taker.failed(error),
    )

const fromAsyncIterator = <T>(iterator: AsyncIterator<T>): PullSource<T> => ({
  pull: pulling(() => iterator.next()),
  close: () => {
    const closing = iterator.return?.()
    if (closing !== undefined) from(closing).subscribe({ error: ignore })
  },
})

/** The part of a web stream that is needed to read from it. */
interface ReadableLike<T> {
  getReader(): { read(): PromiseLike<IteratorResult<T>>; cancel(reason?: unknown): PromiseLike<void> }
}

const fromReadable = <T>(stream: ReadableLike<T>): PullSource<T> => {
  const reader = stream.getReader()
  return {
    pull: pulling(() => reader.read()),
    close: () => settle(() => reader.cancel(), ignore, ignore),
  }
}

/**
 * Looks at what a producer is: something that is pulled, or an Observable that pushes.
 *
 * Iterables, AsyncIterables (Node's Readable is one) and ReadableStreams are pulled; Observables and Promises push.
 *
 * @throws TypeError when it is none of these
 */
export const toSource = <T>(input: ObservableInput<T>): PullSource<T> | Observable<T> => {
  if (isObservable(input)) return input
  const given: unknown = input
  if (hasMethod(given, 'getReader')) return fromReadable(given as ReadableLike<T>)
  if (hasMethod(given, Symbol.asyncIterator))
    return fromAsyncIterator((given as AsyncIterable<T>)[Symbol.asyncIterator]())
  if (typeof given === 'string' || hasMethod(given, Symbol.iterator))
    return fromIterator((given as Iterable<T>)[Symbol.iterator]())
  return from(input)
}

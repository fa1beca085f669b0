import { concat, from, NEVER, Observable, of, type ObservableInput } from 'rxjs'
import { onRoot, rootOf } from './lifted.js'

/** What {@link fromDemand} makes. */
class DemandSource<T> extends Observable<T> {
  constructor(readonly make: (demand$: Observable<number>) => ObservableInput<T>) {
    super(subscriber => from(make(concat(of(Infinity), NEVER))).subscribe(subscriber))
  }
}

/**
 * A producer that is told how much the far end takes.
 *
 * For `reply` of a stream or a channel, and as the items of an upload or a channel; also behind operators that keep one
 * item one item, such as `map`. `demand$` emits how many more items may be emitted now, each time that grows; it completes
 * with the call. What is emitted beyond that waits in the call's bounded buffer. Subscribed to by anybody else, its demand
 * is `Infinity`.
 *
 * @example
 * ```ts
 * call.reply(fromDemand(demand$ => demand$.pipe(concatMap(n => readRows(n)))))
 * ```
 *
 * @param make - called with each subscription
 */
export const fromDemand = <T>(make: (demand$: Observable<number>) => ObservableInput<T>): Observable<T> =>
  new DemandSource(make)

/** Gives a producer its demand, if it wants one. */
export const onDemand = <T>(source$: Observable<T>, demand$: Observable<number>): Observable<T> => {
  const root = rootOf(source$)
  return root instanceof DemandSource ? onRoot(source$, from(root.make(demand$) as ObservableInput<unknown>)) : source$
}

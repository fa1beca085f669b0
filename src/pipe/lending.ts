import {
  Observable,
  Subject,
  Subscription,
  type MonoTypeOperatorFunction,
  type Observer,
  type Unsubscribable,
} from 'rxjs'

/** Takes the bytes of a pipe. */
export interface ByteTaker extends Observer<Uint8Array> {
  /** @param lent - whether the bytes are used again once this returns; without it they are the taker's */
  next(bytes: Uint8Array, lent?: boolean): void
}

/**
 * The `incoming` of a pipe that is read into one buffer again and again.
 *
 * Who subscribes to it gets copies, and may keep them. Who is done with bytes when `next` returns takes them with
 * {@link borrow}. A layer that makes an `incoming` of its own has nothing to lend, so that nothing behind it can keep
 * what is not its own.
 */
export class Lending extends Observable<Uint8Array> {
  /** @param lend - begins to hand bytes to a taker, and gives what ends that; `mayLend`: whether the taker keeps nothing */
  constructor(readonly lend: (taker: ByteTaker, mayLend: boolean) => () => void) {
    super(subscriber => lend(subscriber, false))
  }
}

/**
 * Hands the bytes of a pipe to a taker that keeps none of those that are lent once `next` has returned, with no subscriber
 * between where the pipe can lend.
 */
export const borrow = (incoming: Observable<Uint8Array>, taker: ByteTaker): Unsubscribable =>
  incoming instanceof Lending ? new Subscription(incoming.lend(taker, true)) : incoming.subscribe(taker)

/**
 * Leads the end of a pipe's bytes through an operator, and its bytes past it: what lends goes on to lend.
 *
 * @param operator - gets no value, and the end; says how and when the result ends
 */
export const endingBy = (
  incoming: Observable<Uint8Array>,
  operator: MonoTypeOperatorFunction<Uint8Array>,
): Observable<Uint8Array> =>
  incoming instanceof Lending
    ? new Lending((taker, mayLend) => {
        const end$ = new Subject<Uint8Array>()
        const ending = end$.pipe(operator).subscribe({
          error: (error: unknown) => taker.error(error),
          complete: () => taker.complete(),
        })
        const stop = incoming.lend(
          {
            next: (bytes, lent) => taker.next(bytes, lent),
            error: (error: unknown) => end$.error(error),
            complete: () => end$.complete(),
          },
          mayLend,
        )
        return () => {
          stop()
          ending.unsubscribe()
        }
      })
    : incoming.pipe(operator)

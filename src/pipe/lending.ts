import { Observable, Subscription, type Observer, type Unsubscribable } from 'rxjs'

/** Takes the bytes of a pipe. */
export type ByteTaker = Observer<Uint8Array>

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
 * Hands the bytes of a pipe to a taker that keeps none of them once `next` has returned, with no subscriber between where they
 * are lent.
 *
 * @param lent - told first whether the bytes that follow are lent: used again once `next` returns
 */
export const borrow = (
  incoming: Observable<Uint8Array>,
  taker: ByteTaker,
  lent: (isLent: boolean) => void,
): Unsubscribable => {
  const isLending = incoming instanceof Lending
  lent(isLending)
  return isLending ? new Subscription(incoming.lend(taker, true)) : incoming.subscribe(taker)
}

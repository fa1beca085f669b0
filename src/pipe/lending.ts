import { Observable, type Subscriber, type TeardownLogic } from 'rxjs'

/**
 * The `incoming` of a pipe that is read into one buffer again and again.
 *
 * Who subscribes to it gets copies, and may keep them. Who is done with bytes when `next` returns takes them with
 * {@link borrowed}. A layer that makes an `incoming` of its own has nothing to lend, so that nothing behind it can keep
 * what is not its own.
 */
export class Lending extends Observable<Uint8Array> {
  /** The same bytes, which are only good until `next` returns. */
  readonly lent: Observable<Uint8Array>

  /** @param begin - what subscribing does; `mayLend`: whether the subscriber keeps nothing */
  constructor(begin: (subscriber: Subscriber<Uint8Array>, mayLend: boolean) => TeardownLogic) {
    super(subscriber => begin(subscriber, false))
    this.lent = new Observable(subscriber => begin(subscriber, true))
  }
}

/** The bytes of a pipe, for a reader that keeps none of them once `next` has returned. */
export const borrowed = (incoming: Observable<Uint8Array>): Observable<Uint8Array> =>
  incoming instanceof Lending ? incoming.lent : incoming

import { Observable, type Subscriber, type Subscription, type Unsubscribable } from 'rxjs'
import { Reader } from '../protobuf/reader.js'
import { isPayload, type Frame } from './frame.js'
import { frameOf, type FrameTaker } from './frame-taker.js'

/** Makes frames for a subscriber. */
const framesFor = <F extends Frame>(subscriber: Subscriber<F>): FrameTaker<F> => ({
  payload: (kind, id, reader) => subscriber.next(frameOf(kind, id, reader) as F),
  frame: frame => subscriber.next(frame),
  error: error => subscriber.error(error),
  complete: () => subscriber.complete(),
})

/**
 * The `incoming` of a pipe of frames, which can also be taken without an object for each payload: see {@link deliver}.
 *
 * A layer that makes an `incoming` of its own makes frames.
 */
export class FrameSource<F extends Frame = Frame> extends Observable<F> {
  /** @param start - begins to deliver to a taker */
  constructor(readonly start: (taker: FrameTaker<F>) => Unsubscribable) {
    super(subscriber => start(framesFor(subscriber)))
  }
}

/** Delivers what comes in over a pipe of frames to a taker. */
export const deliver = <F extends Frame>(
  incoming: Observable<F>,
  taker: FrameTaker<F>,
): Unsubscribable | Subscription =>
  incoming instanceof FrameSource
    ? (incoming as FrameSource<F>).start(taker)
    : incoming.subscribe({
        next: frame => give(frame, taker),
        error: (error: unknown) => taker.error(error),
        complete: () => taker.complete(),
      })

/** Gives a frame to a taker. Its payload may be a view of what is read. */
export const give = <F extends Frame>(frame: F, taker: Pick<FrameTaker<F>, 'payload' | 'frame'>): void => {
  if (isPayload(frame)) taker.payload(frame._tag, frame.id, Reader.lent(frame.payload))
  else taker.frame(frame)
}

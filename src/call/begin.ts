import { Observable, type Observer, type Subscription } from 'rxjs'

/**
 * Subscribes, and hands over the subscription before the source begins.
 *
 * A source that emits without end while it is being subscribed to hears of an end only so.
 */
export const begin = <T>(
  source$: Observable<T>,
  begun: (subscription: Subscription) => void,
  observer: Observer<T>,
): void => {
  new Observable<T>(subscriber => {
    begun(subscriber)
    return source$.subscribe(subscriber)
  }).subscribe(observer)
}

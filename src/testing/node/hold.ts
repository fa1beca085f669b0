import { firstValueFrom, ReplaySubject, type Observable } from 'rxjs'
import { mayBeLeft, within } from '../conformance/waiting.js'
import type { Teardown } from './teardown.js'

/**
 * Subscribes until the test is over; gives the first value.
 *
 * @param what - what is waited for, in the error of half a minute without it
 */
export const hold = <T>(t: Teardown, source$: Observable<T>, what = 'the first value'): Promise<T> => {
  const values = new ReplaySubject<T>(1)
  const subscription = source$.subscribe(values)
  t.teardown(() => {
    subscription.unsubscribe()
    values.complete() // nobody waits any more
  })
  // eslint-disable-next-line rxjs-x/no-ignored-default-value -- an Observable that ends without a value is to fail the test
  return mayBeLeft(within(firstValueFrom(values), what))
}

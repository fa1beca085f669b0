import { ReplaySubject, type Observable } from 'rxjs'
import type { Settled } from './call.js'

/** What an incoming call tells those who ask: made when the first of them does. */
export class CallNews {
  readonly cancelled = new ReplaySubject<void>(1)
  readonly settled = new ReplaySubject<Settled>(1)

  /** How the call went: that is all there is to tell. */
  end(ended: Settled): void {
    if (ended._tag === 'Cancelled') this.cancelled.next()
    this.cancelled.complete()
    this.settled.next(ended)
    this.settled.complete()
  }
}

/** One of a call's news as users see it. */
export const told = <T>(news: ReplaySubject<T>): Observable<T> => news.asObservable()

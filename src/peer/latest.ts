import { Observable, Subject, type Subscriber } from 'rxjs'

/**
 * A value that changes: its latest is replayed to whoever asks, also after the end.
 *
 * What a `ReplaySubject(1)` does, at a quarter of its memory: a server has two for each client, and mostly nobody asks.
 */
export class Latest<T> {
  private latest: { readonly value: T } | undefined = undefined
  private changes: Subject<T> | undefined = undefined
  private over = false

  /** The latest, and those that follow. */
  readonly values$ = new Observable<T>(subscriber => this.begin(subscriber))

  next(value: T): void {
    if (this.over) return
    this.latest = { value }
    this.changes?.next(value)
  }

  complete(): void {
    this.over = true
    this.changes?.complete()
  }

  private begin(subscriber: Subscriber<T>): void {
    // whoever changes it on hearing of it hears of that as well
    if (!this.over) subscriber.add((this.changes ??= new Subject()).subscribe(subscriber))
    if (this.latest !== undefined) subscriber.next(this.latest.value)
    if (this.over) subscriber.complete()
  }
}

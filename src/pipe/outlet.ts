import { Subject, type Observer, type Subscription } from 'rxjs'

/** Where an {@link Outlet} leads. */
export interface OutletSink<T> {
  write(value: T): void
  /** Writes two values in one go, where that is cheaper than making one of them. */
  readonly writeTwo?: ((first: T, second: T) => void) | undefined
  /** Writes a value whose memory is the sink's from then on, where that spares it a copy. */
  readonly writeOwn?: ((value: T) => void) | undefined
  end(): void
  abort(error: unknown): void
  /** Whether nothing holds on to what was written, so that its buffers may be used again. A sink that cannot tell has no such member. */
  readonly idle?: boolean | undefined
}

/**
 * The `outgoing` of a pipe, with its one sink called directly.
 *
 * Anybody may subscribe to see what is said, and sees it behind the sink. Measured: a value costs a tenth of what it costs
 * through a subscription.
 */
export class Outlet<T> extends Subject<T> {
  private over = false
  /**
   * Whether somebody has watched, and may have kept what was said. Until then nobody looks at who watches, a list that would be
   * fetched from memory for each client.
   */
  seen = false

  constructor(protected readonly sink: OutletSink<T>) {
    super()
  }

  override subscribe(observer?: Partial<Observer<T>> | ((value: T) => void)): Subscription
  override subscribe(...observer: readonly unknown[]): Subscription
  override subscribe(...observer: readonly unknown[]): Subscription {
    this.seen = true
    // one observer, or what rxjs still takes instead
    return super.subscribe(...(observer as readonly [Partial<Observer<T>>]))
  }

  /** Whether nobody holds on to what was said, so that its buffers may be used again; never, once somebody has watched. */
  get idle(): boolean {
    return !this.seen && this.sink.idle === true
  }

  /** Whether {@link nextTwo} is cheaper than making one value of two. */
  get gathers(): boolean {
    return this.sink.writeTwo !== undefined
  }

  /** Whether {@link nextOwn} is cheaper than `next`. */
  get takesOver(): boolean {
    return this.sink.writeOwn !== undefined
  }

  override next(value: T): void {
    if (this.over) return
    this.sink.write(value)
    this.show(value)
  }

  /** A value whose memory nobody else uses: it may be gone afterwards, unless somebody watches. */
  nextOwn(value: T): void {
    if (this.over) return
    if (this.seen || this.sink.writeOwn === undefined) this.next(value)
    else this.sink.writeOwn(value)
  }

  /** Two values, one after the other: in one go where the sink can. */
  nextTwo(first: T, second: T): void {
    if (this.over) return
    if (this.sink.writeTwo === undefined) {
      this.next(first)
      this.next(second)
      return
    }
    this.sink.writeTwo(first, second)
    this.show(first)
    this.show(second)
  }

  override complete(): void {
    if (this.over) return
    this.over = true
    this.sink.end()
    super.complete()
  }

  override error(error: unknown): void {
    if (this.over) return
    this.over = true
    this.sink.abort(error)
    super.error(error)
  }

  private show(value: T): void {
    if (this.seen) super.next(value)
  }
}

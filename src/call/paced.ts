import {
  from,
  Observable,
  type ObservableInput,
  type ObservedValueOf,
  type OperatorFunction,
  type Subscriber,
  type Subscription,
} from 'rxjs'
import { checkOptions, countFrom1, type Rules } from '../error/check-options.js'
import { BoundedBuffer, bufferRules, type BufferOptions } from '../flow/bounded-buffer.js'
import { begin } from './begin.js'
import { rootOf } from './lifted.js'
import { isCall, onPacedRoot, type Item, type Moment } from './pacing.js'
import type { Remote } from './remote.js'
import { Unpaced } from './unpaced.js'

/** How {@link paced} works. */
export interface PacedOptions extends Pick<BufferOptions, 'items'> {
  /** Items in work at once; default: as many as the call's window lets in.*/
  readonly concurrency?: number
  /**
   * What becomes of values that nobody can be slowed down for, because no call stands behind them or they come at
   * another time than its items; without it they are an error. Such values wait apart from those that can be paced.
   */
  readonly overflow?: BufferOptions['overflow']
}

/** What an item is turned into. */
export type Work<T, O extends ObservableInput<unknown>> = (value: T, index: number) => O

interface Job<T> {
  readonly value: T
  readonly item: Item | undefined
}

/** The inner Observables of one subscription. */
class Workshop<T, O extends ObservableInput<unknown>> {
  private readonly paced = new BoundedBuffer<Job<T>>({ items: Infinity })
  private readonly loose: BoundedBuffer<Job<T>> | undefined = undefined
  private readonly concurrency: number
  private busy = 0
  private index = 0
  private sourceDone = false
  private takingUp = false

  constructor(
    private readonly work: Work<T, O>,
    { concurrency = Infinity, overflow, items }: PacedOptions,
    private readonly moment: Moment,
    private readonly subscriber: Subscriber<ObservedValueOf<O>>,
  ) {
    this.concurrency = concurrency
    if (overflow !== undefined) this.loose = new BoundedBuffer({ overflow, ...(items === undefined ? {} : { items }) })
  }

  take(value: T): void {
    const item = this.moment.item?.hold()
    if (item === undefined && this.loose === undefined) return this.subscriber.error(new Unpaced('out-of-turn'))
    const job = { value, item }
    if (this.busy < this.concurrency && !this.takingUp) return this.begin(job)
    const queue = item === undefined ? this.loose : this.paced
    if (queue?.push(job) === false) this.subscriber.error(new Unpaced('overrun'))
  }

  complete(): void {
    this.sourceDone = true
    this.endIfDone()
  }

  private begin({ value, item }: Job<T>): void {
    const { subscriber } = this
    let made: Observable<ObservedValueOf<O>>
    try {
      made = from(this.work(value, this.index++) as ObservableInput<ObservedValueOf<O>>)
    } catch (error) {
      subscriber.error(error)
      return
    }
    this.busy++
    let inner: Subscription | undefined
    const begun = (subscription: Subscription) => {
      inner = subscription
      subscriber.add(subscription)
    }
    begin(made, begun, {
      next: result => subscriber.next(result),
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        this.busy--
        if (inner !== undefined) subscriber.remove(inner)
        item?.release()
        this.takeUp()
        this.endIfDone()
      },
    })
  }

  /** Begins what waits, in a loop: work that is done at once must not pile up on the stack. */
  private takeUp(): void {
    if (this.takingUp) return
    this.takingUp = true
    while (this.busy < this.concurrency && !this.subscriber.closed) {
      const job = this.paced.shift() ?? this.loose?.shift()
      if (job === undefined) break
      this.begin(job)
    }
    this.takingUp = false
  }

  private endIfDone(): void {
    if (this.sourceDone && this.busy === 0 && this.waiting === 0) this.subscriber.complete()
  }

  private get waiting(): number {
    return this.paced.length + (this.loose?.length ?? 0)
  }
}

const pace = <T, O extends ObservableInput<unknown>>(
  source$: Observable<T>,
  work: Work<T, O>,
  options: PacedOptions,
): Observable<ObservedValueOf<O>> =>
  new Observable(subscriber => {
    const root = rootOf(source$)
    const moment: Moment = { item: undefined }
    if (!isCall(root) && options.overflow === undefined) {
      subscriber.error(new Unpaced('no-call'))
      return
    }
    const workshop = new Workshop(work, options, moment, subscriber)
    const items$ = isCall(root) ? onPacedRoot(source$, root, moment) : source$
    begin(items$, subscription => subscriber.add(subscription), {
      next: value => workshop.take(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => workshop.complete(),
    })
  })

/**
 * `mergeMap` that slows its far end down: an item's credit is granted again only when the work on it has completed.
 *
 * So the far producer is never more than the call's window and the items in work ahead, however slow the work is. Items
 * that have arrived wait in order until one of those in work is done. Work that fails, or throws, fails the whole and
 * cancels the call; unsubscribing does the same. Otherwise it ends when the call has completed and all work is done.
 *
 * As an operator it finds the call through the operators between them. An item counts as held by the values that they
 * make of it at once: `map`, `filter`, `tap`, `scan`, `take`, `takeUntil`, `retry`, and `mergeMap` to what emits at once
 * keep it. An item that nothing is made of is consumed at once; one that several values are made of, when the work on all
 * of them is done. What comes at another time (`delay`, `debounce`, `startWith`, a `mergeMap` that waits) fails with
 * {@link Unpaced}, and so does, at subscription, a source behind which no call is found; unless an overflow policy is given:
 * then such values wait in a bounded buffer, 1,024 items unless `items` says otherwise.
 *
 * @example
 * ```ts
 * kitchen.remote.orders().pipe(paced(order => cook(order), 3)).subscribe()
 * paced(kitchen.remote.orders(), order => cook(order), 3).subscribe()
 * ```
 *
 * @param options - items in work at once, or more to it; default: as many as the call's window lets in
 */
export function paced<T, O extends ObservableInput<unknown>>(
  work: Work<T, O>,
  options?: number | PacedOptions,
): OperatorFunction<T, ObservedValueOf<O>>
export function paced<T, O extends ObservableInput<unknown>>(
  call$: Remote<T, any>,
  work: Work<T, O>,
  options?: number | PacedOptions,
): Observable<ObservedValueOf<O>>
export function paced(
  first: AnyWork | Remote<unknown, any>,
  second?: AnyWork | number | PacedOptions,
  third?: number | PacedOptions,
): Observable<unknown> | OperatorFunction<unknown, unknown> {
  if (typeof first !== 'function') return pace(first, second as AnyWork, optionsOf(third))
  const options = optionsOf(second as number | PacedOptions)
  return source$ => pace(source$, first, options)
}

type AnyWork = Work<unknown, ObservableInput<unknown>>

const pacedRules: Rules = { ...bufferRules, concurrency: countFrom1 }

const optionsOf = (given: number | PacedOptions = {}): PacedOptions => {
  const options = typeof given === 'number' ? { concurrency: given } : given
  checkOptions('paced', options, pacedRules)
  return options
}

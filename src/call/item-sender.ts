import { Observable, type ObservableInput, type Subscription } from 'rxjs'
import { BoundedBuffer, defaultBufferItems } from '../flow/bounded-buffer.js'
import { SendWindow } from '../flow/send-window.js'
import type { Line } from './line.js'
import { toSource, type PullSource, type Taker } from './pull-source.js'

/** Where a sender's items go. */
export interface ItemSink {
  /** Encodes and sends one item; its size in bytes, or `undefined` when it could not be sent and the call has ended. */
  item(value: unknown): number | undefined
  /** The producer is done, and every item has been sent. */
  complete(): void
  /** The producer failed, and every item before that has been sent. */
  failed(error: unknown): void
  /** The producer outran its buffer. */
  overflowed(limit: number): void
}

/**
 * Sends what a producer makes, never more than the far end has granted.
 *
 * Whatever waits to be asked is pulled, an item at a time, while there is credit and the pipe is not full. Observables
 * cannot be asked to wait: what they emit meanwhile lies in a bounded buffer.
 */
export class ItemSender implements Taker<unknown> {
  private readonly window = new SendWindow()
  private readonly buffer: BoundedBuffer<unknown>
  private source: PullSource<unknown> | undefined
  private subscription: Subscription | undefined
  private pulling = false
  private pumping = false
  private stopped = false
  private finished: { readonly error?: unknown } | undefined

  constructor(
    private readonly sink: ItemSink,
    private readonly line: Pick<Line, 'buffer' | 'full' | 'waitForRoom'>,
  ) {
    this.buffer = new BoundedBuffer(line.buffer)
  }

  /** Items and bytes that the far end still takes. */
  get demand(): { readonly items: number; readonly bytes: number } {
    return this.window.allowance
  }

  /** Begins with a producer. */
  start(input: ObservableInput<unknown>): void {
    let source: PullSource<unknown> | Observable<unknown>
    try {
      source = toSource(input)
    } catch (error) {
      this.failed(error)
      return
    }
    if ('pull' in source) {
      this.source = source
      this.pump()
      return
    }
    const pushing = source
    // there before the producer begins: one that emits without end within its subscription hears of the stop only so
    new Observable(subscriber => {
      this.subscription = subscriber
      return pushing.subscribe(subscriber)
    }).subscribe({
      next: value => this.offer(value),
      error: (error: unknown) => this.failed(error),
      complete: () => this.done(),
    })
  }

  /** Adds credit, and goes on. */
  grant(items: number, bytes: number): void {
    this.window.grant(items, bytes)
    this.pump()
  }

  /** Lets go of the producer; nothing is sent from here on. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.buffer.clear()
    this.subscription?.unsubscribe()
    const source = this.source
    this.source = undefined
    // a finished producer has closed itself
    if (this.finished === undefined) source?.close()
  }

  /** Sends what may be sent: after credit has come, or the pipe has room again. */
  pump(): void {
    // an iterator that asks for credit while it is being pulled must not be pulled again
    if (this.pumping) return
    this.pumping = true
    while (!this.stopped && !this.pulling && this.ready) {
      if (this.buffer.length > 0) this.send(this.buffer.shift())
      else if (this.source !== undefined && this.finished === undefined) {
        this.pulling = true
        this.source.pull(this)
      } else break
    }
    this.pumping = false
    this.endIfDone()
  }

  item(value: unknown): void {
    this.pulling = false
    if (this.stopped) return
    // the credit was there when the item was asked for, and nothing else spends it
    this.send(value)
    this.pump()
  }

  done(): void {
    this.pulling = false
    this.finished ??= {}
    this.endIfDone()
  }

  failed(error: unknown): void {
    this.pulling = false
    this.finished ??= { error }
    this.endIfDone()
  }

  private get ready(): boolean {
    if (!this.window.open) return false
    if (this.line.full) this.line.waitForRoom(this)
    return !this.line.full
  }

  private offer(value: unknown): void {
    if (this.stopped) return
    if (this.buffer.length === 0 && this.ready && !this.pumping) {
      // a producer may emit again while its item is being encoded: that one waits its turn
      this.pumping = true
      this.send(value)
      this.pumping = false
      if (this.buffer.length > 0) this.pump()
      else this.endIfDone()
    } else if (!this.buffer.push(value)) {
      this.stop()
      this.sink.overflowed(this.line.buffer.items ?? defaultBufferItems)
    }
  }

  private send(value: unknown): void {
    const size = this.sink.item(value)
    if (size === undefined) this.stop()
    else this.window.spend(size)
  }

  private endIfDone(): void {
    if (this.stopped || this.pumping || this.finished === undefined || this.buffer.length > 0) return
    const { finished } = this
    this.stop()
    if ('error' in finished) this.sink.failed(finished.error)
    else this.sink.complete()
  }
}

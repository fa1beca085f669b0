import { filter, isObservable, Observable, Subject, type ObservableInput, type Subscription } from 'rxjs'
import { BoundedBuffer, type BufferLimit, type BufferOptions } from '../flow/bounded-buffer.js'
import { SendWindow } from '../flow/send-window.js'
import type { Encode } from '../schema/codec.js'
import { sinkOf, writePayload } from '../wire/frame-outlet.js'
import type { Frame } from '../wire/frame.js'
import { begin } from './begin.js'
import { Departure } from './departure.js'
import { onDemand } from './from-demand.js'
import type { ItemSink } from './item-sink.js'
import { rootOf } from './lifted.js'
import type { Line } from './line.js'
import { isCall, onPacedRoot, type Item, type Moment } from './pacing.js'
import { toSource, type PullSource, type Taker } from './pull-source.js'
import type { Sender } from './turns.js'

/** A payload that waits, and the item of another call that it was made of. */
interface Waiting {
  readonly payload: Uint8Array
  readonly item: Item | undefined
}

/** A payload that is to wait, without the slab that it was written into. */
const keep = (payload: Uint8Array): Uint8Array =>
  payload.buffer.byteLength > payload.length * 2 ? new Uint8Array(payload) : payload

/**
 * Sends what a producer makes, never more than the far end has granted.
 *
 * Whatever waits to be asked is pulled, an item at a time, while there is credit and the pipe is not full. Observables
 * cannot be asked to wait: what they emit meanwhile lies, encoded, in a bounded buffer. An item that is too long for one
 * frame leaves in parts, and the next one after it.
 */
export class ItemSender implements Taker<unknown>, Sender {
  private readonly window = new SendWindow()
  /** There once something has had to wait: what is pulled never has. */
  private buffer: BoundedBuffer<Waiting> | undefined
  private limits: BufferOptions
  /** Where the producer is a call of a far end: its item that is being emitted. */
  private moment: Moment | undefined = undefined
  private source: PullSource<unknown> | undefined = undefined
  private subscription: Subscription | undefined = undefined
  private leaving: Departure | undefined = undefined
  private demands: Subject<number> | undefined = undefined
  /** Emitted while the item before was being encoded. */
  private late: unknown[] | undefined = undefined
  private pulling = false
  private pumping = false
  private encoding = false
  private stopped = false
  private finished: { readonly error?: unknown } | undefined = undefined

  /** @param encode - writes an item; throws where it cannot */
  constructor(
    private readonly sink: ItemSink,
    private readonly encode: Encode<unknown>,
    private readonly line: Line,
    private readonly id: number,
  ) {
    this.limits = line.buffer
  }

  /** How many items wait here. */
  private get waiting(): number {
    return this.buffer?.length ?? 0
  }

  /** How many more items the far end takes, what waits here already not counted. */
  get demand(): number {
    if (!this.window.open) return 0
    return Math.max(0, this.window.allowance.items - this.waiting - (this.leaving === undefined ? 0 : 1))
  }

  /** The demand at subscription, and each time it grows; completes with the call. */
  get demand$(): Observable<number> {
    return new Observable(subscriber => {
      subscriber.next(this.demand)
      if (this.stopped) subscriber.complete()
      else subscriber.add((this.demands ??= new Subject()).subscribe(subscriber))
    })
  }

  /**
   * Begins with a producer.
   *
   * @param buffer - what becomes of what it emits too fast, where the line's own buffer will not do
   */
  start(input: ObservableInput<unknown>, buffer?: BufferOptions): void {
    if (buffer !== undefined) this.limits = { ...this.limits, ...buffer }
    let source: PullSource<unknown> | Observable<unknown>
    try {
      source = toSource(input)
      if (isObservable(source)) source = this.adapted(source, (this.limits.overflow ?? 'error') === 'error')
    } catch (error) {
      this.failed(error)
      return
    }
    if (!isObservable(source)) {
      this.source = source
      this.pump()
      return
    }
    begin(source, subscription => (this.subscription = subscription), {
      next: value => this.offer(value),
      error: (error: unknown) => this.failed(error),
      complete: () => this.done(),
    })
  }

  /** Adds credit, and goes on. */
  grant(items: number, bytes: number): void {
    const before = this.demands === undefined ? 0 : this.demand
    this.window.grant(items, bytes)
    if (this.leaving === undefined) this.pump()
    else this.leaving.start()
    const { demands } = this
    if (demands !== undefined && this.demand > before) demands.next(this.demand)
  }

  /** Lets go of the producer; nothing is sent from here on. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.buffer?.clear()
    this.late = undefined
    this.leaving?.drop()
    this.leaving = undefined
    this.line.forgoTurn(this)
    this.subscription?.unsubscribe()
    const source = this.source
    this.source = undefined
    // a finished producer has closed itself
    if (this.finished === undefined) source?.close()
    this.demands?.complete()
  }

  /** Sends what may be sent: after credit has come, or when it is its turn again. */
  pump(): void {
    // an iterator that asks for credit while it is being pulled must not be pulled again
    if (this.pumping) return
    this.pumping = true
    while (!this.stopped && !this.pulling && this.ready) {
      if (this.waiting > 0) this.sendWaiting(this.buffer?.shift() as Waiting)
      else if (this.source === undefined || this.finished !== undefined) break
      else this.pull(this.source)
    }
    this.pumping = false
    this.endIfDone()
  }

  item(value: unknown): void {
    this.pulling = false
    if (this.stopped) return
    // the credit was there when the item was asked for, and nothing else spends it
    this.sendValue(value)
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

  private pull({ iterator, pull }: PullSource<unknown>): void {
    if (iterator === undefined) {
      this.pulling = true
      pull?.(this)
      return
    }
    // measured: a turn of `pump` for each, by way of `item`, costs a small item a fifth of what it costs this end
    const below = sinkOf(this.line.pipe.outgoing)?.below?.()
    do {
      let result: IteratorResult<unknown>
      try {
        result = iterator.next()
      } catch (error) {
        return this.failed(error)
      }
      if (result.done === true) return this.done()
      if (!this.stopped) this.sendValue(result.value, below)
    } while (!this.stopped && this.leaving === undefined && this.window.open && !this.line.busy)
  }

  /** A call of another far end is paced by this one: what comes too fast waits there, unless it is to be lost. */
  private adapted(source$: Observable<unknown>, mayWait: boolean): Observable<unknown> {
    const root = rootOf(source$)
    if (!isCall(root)) return onDemand(source$, this.demand$.pipe(filter(demand => demand > 0)))
    if (!mayWait) return source$
    this.moment = { item: undefined }
    return onPacedRoot(source$, root, this.moment)
  }

  private get ready(): boolean {
    if (!this.window.open || this.leaving !== undefined) return false
    if (!this.line.busy) return true
    this.line.waitForTurn(this)
    return false
  }

  private offer(value: unknown): void {
    if (this.stopped) return
    if (this.encoding) {
      // a producer may emit again while its item is being encoded: that one waits its turn
      ;(this.late ??= []).push(value)
      return
    }
    this.encoding = true
    if (this.waiting === 0 && !this.pumping && this.ready) this.sendValue(value)
    else this.hold(value)
    this.encoding = false
    if (this.stopped) return
    if (this.late !== undefined && this.late.length > 0) this.offer(this.late.shift())
    else this.endIfDone()
  }

  /** Keeps an item, encoded: nobody can change it any more. */
  private hold(value: unknown): void {
    const { line, sink } = this
    let payload: Uint8Array
    try {
      payload = line.write(this.encode, value)
    } catch (error) {
      return this.unsendable(() => sink.unencodable(error))
    }
    // the producer may have been let go of by a getter of its own item
    if (this.stopped) return
    if (payload.length > line.messageBytes)
      return this.unsendable(() => sink.tooLarge(payload.length, line.messageBytes))
    this.buffer ??= new BoundedBuffer(this.limits)
    if (this.buffer.push({ payload: keep(payload), item: this.moment?.item?.hold() }, payload.length)) return
    const limit = this.buffer.full as BufferLimit
    this.stop()
    this.sink.overflowed(limit)
  }

  /** What a call's item became has been sent: that call's far end may send another. */
  private sendWaiting({ payload, item }: Waiting): void {
    this.send(payload)
    item?.release()
  }

  /** Encodes an item where it leaves from. */
  private sendValue(value: unknown, below?: Subject<Frame>): void {
    const { line, sink, id, encode } = this
    let sent: number | Uint8Array
    try {
      if (below === undefined || line.pipe.outgoing.observed) sent = line.sendValue('Next', id, encode, value)
      else sent = writePayload(below, 'Next', id, encode, value, line.wholeBytes)
    } catch (error) {
      return this.unsendable(() => sink.unencodable(error))
    }
    if (typeof sent === 'number') {
      line.spend(sent)
      return this.window.spend(sent)
    }
    if (this.stopped) return
    const { length } = sent
    if (length > line.messageBytes) this.unsendable(() => sink.tooLarge(length, line.messageBytes))
    else this.depart(sent)
  }

  private unsendable(tell: () => void): void {
    if (this.stopped) return
    tell()
    this.stop()
  }

  private send(payload: Uint8Array): void {
    const { line, id } = this
    if (payload.length > line.wholeBytes) return this.depart(payload)
    this.window.spend(payload.length)
    line.sendPayload({ _tag: 'Next', id, payload })
  }

  private depart(payload: Uint8Array): void {
    const { line, id } = this
    const left = () => {
      this.leaving = undefined
      this.pump()
    }
    this.leaving = new Departure(line, id, 'Next', payload, left, this.window)
    this.leaving.start()
  }

  private endIfDone(): void {
    if (this.finished === undefined || this.stopped || this.pumping || this.encoding) return
    if (this.waiting > 0 || this.leaving !== undefined) return
    const { finished } = this
    this.stop()
    if ('error' in finished) this.sink.failed(finished.error)
    else this.sink.allSent()
  }
}

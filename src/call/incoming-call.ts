import { from, isObservable, type Observable, type ObservableInput, type Subscription } from 'rxjs'
import type { MethodKind } from '../contract/method.js'
import { defaultWindow } from '../flow/receive-window.js'
import type { Allowance, Fail, FailCode, Metadata, Open } from '../wire/frame.js'
import { AlreadyAnswered, type Call, type Settled } from './call.js'
import { CallNews, told } from './call-news.js'
import { Cancelled, Defect, NoReply, Overflow, Timeout, TooLarge } from './call-errors.js'
import { failFrame, invalidPayload, messageOf, statusFrame } from './fail-frame.js'
import { ItemReceiver } from './item-receiver.js'
import { ItemSender } from './item-sender.js'
import { isPromise } from './pull-source.js'
import type { Line } from './line.js'
import { givesMany, takesMany, type ServingEnd } from './method-end.js'
import { noFlow, type Consumer, type Flow } from './consumer.js'
import { Remote } from './remote.js'

const noMetadata: Metadata = Object.freeze({})

/** A call that the far end made, from its `Open` to its end; what users see as a {@link Call}. */
export class IncomingCall implements Call<unknown, unknown, unknown, unknown, unknown> {
  /** Called once, when the call is settled. */
  whenSettled: ((settled: Settled) => void) | undefined
  /** When an unclaimed call is let go: milliseconds by the line's clock. */
  claimBy = Infinity
  private claimed = false
  private ended: Settled | undefined
  private sender: ItemSender | undefined
  private subscription: Subscription | undefined
  private receiver: ItemReceiver | undefined
  /** Who takes the caller's items; `undefined` before somebody does, and once nobody does any more. */
  private items: Consumer<unknown> | undefined
  private itemsDone = false
  private news: CallNews | undefined

  readonly id: number
  readonly deadline: number | undefined
  readonly metadata: Metadata
  private readonly credit: Allowance | undefined

  /**
   * @param asked - the decoded request; `undefined` where items follow instead
   * @param openedAt - when it arrived, by the line's clock
   */
  constructor(
    private readonly line: Line,
    private readonly end: ServingEnd,
    readonly peer: unknown,
    open: Open,
    private readonly asked: unknown,
    private readonly openedAt: number,
  ) {
    this.id = open.id
    this.deadline = open.timeoutMs === undefined ? undefined : openedAt + open.timeoutMs
    this.metadata = open.metadata ?? noMetadata
    this.credit = open.credit
  }

  get method(): string {
    return this.end.name
  }

  get kind(): MethodKind {
    return this.end.kind
  }

  /** True once somebody has answered, or nobody can any more. */
  get taken(): boolean {
    return this.claimed || this.ended !== undefined
  }

  get request(): unknown {
    return takesMany(this.end.kind) ? this.requests$ : this.asked
  }

  get requests$(): Remote<never> {
    return new Remote(consumer => this.takeItems(consumer))
  }

  get cancelled$(): Observable<void> {
    return told(this.announced.cancelled)
  }

  get demand$(): Observable<number> {
    return told(this.announced.demand)
  }

  get settled$(): Observable<Settled> {
    return told(this.announced.settled)
  }

  reply(answer: unknown): void {
    this.claim()
    if (this.ended !== undefined) return
    if (givesMany(this.end.kind)) this.replyMany(answer as ObservableInput<unknown>)
    else if (isObservable(answer)) this.replyFirst(answer)
    else if (isPromise(answer)) this.replyFirst(from(answer))
    else this.replyOne(answer)
  }

  fail(error: unknown): void {
    this.claim()
    this.failed(error)
  }

  /** When this call is to be looked at again, by the line's clock; `Infinity`: never. */
  get dueAt(): number {
    if (this.ended !== undefined) return Infinity
    return Math.min(this.deadline ?? Infinity, this.claimed ? Infinity : this.claimBy)
  }

  /** An event has reached its subscribers: unless one of them is still at it, that is all there is to it. */
  heard(): void {
    if (!this.taken) this.settle('Replied')
  }

  /** Nobody will answer any more. */
  letGo(): void {
    if (this.ended === undefined) this.refuse('NO_REPLY', new NoReply(this.method))
  }

  get isSettled(): boolean {
    return this.ended !== undefined
  }

  /** How it went; `undefined` while it is open. */
  get outcome(): Settled | undefined {
    return this.ended
  }

  onNext(payload: Uint8Array): void {
    if (this.receiver === undefined) this.line.violated(`call ${this.id} was sent an item without credit`)
    else this.receiver.take(payload)
  }

  onComplete(): void {
    if (!takesMany(this.end.kind)) return this.line.violated(`call ${this.id} has no items to complete`)
    this.itemsDone = true
    this.receiver?.stop()
    const { items } = this
    this.items = undefined
    items?.complete()
  }

  onCredit(items: number, bytes: number): void {
    if (!givesMany(this.end.kind)) return this.line.violated(`call ${this.id} is answered once, and was given credit`)
    this.sender?.grant(items, bytes)
    this.news?.demand.next(this.sender?.demand.items ?? 0)
  }

  /** The caller has failed to send its items, and with that gives up. */
  onFail(frame: Fail): void {
    this.settle('Cancelled', new Defect(this.method, { name: frame.name ?? frame.code, message: frame.message }))
  }

  /** The caller is gone, or wants no more. */
  onCancel(): void {
    this.settle('Cancelled', new Cancelled(this.method))
  }

  /** Its time is over. */
  expire(now: number): void {
    if (this.deadline !== undefined && this.deadline <= now) {
      this.line.send(statusFrame(this.id, 'TIMEOUT'))
      this.settle('Cancelled', new Timeout(this.method, this.deadline - this.openedAt))
    } else if (this.claimBy <= now) this.letGo()
  }

  private claim(): void {
    if (this.claimed) throw new AlreadyAnswered(this.method)
    this.claimed = true
  }

  private replyOne(value: unknown): void {
    if (this.end.kind !== 'event') {
      const payload = this.encode(value)
      if (payload === undefined) return
      this.line.send({ _tag: 'Reply', id: this.id, payload })
    }
    this.settle('Replied')
  }

  private replyFirst(answer$: Observable<unknown>): void {
    const isEvent = this.end.kind === 'event'
    this.subscription = answer$.subscribe({
      next: value => {
        if (!isEvent) this.replyOne(value)
      },
      error: (error: unknown) => this.failed(error),
      complete: () => {
        if (isEvent) this.settle('Replied')
        else this.letGo()
      },
    })
    if (this.ended !== undefined) this.subscription.unsubscribe()
  }

  private replyMany(answer: ObservableInput<unknown>): void {
    const sender = new ItemSender(
      {
        item: value => {
          const payload = this.encode(value)
          if (payload === undefined) return undefined
          this.line.send({ _tag: 'Next', id: this.id, payload })
          return payload.length
        },
        complete: () => {
          this.line.send({ _tag: 'Complete', id: this.id })
          this.settle('Replied')
        },
        failed: error => this.failed(error),
        overflowed: limit => this.refuse('OVERFLOW', new Overflow(this.method, limit), String(limit)),
      },
      this.line,
    )
    this.sender = sender
    if (this.credit !== undefined) sender.grant(this.credit.items, this.credit.bytes)
    sender.start(answer)
    if (this.ended !== undefined) sender.stop()
  }

  /** A payload, or `undefined` when the value cannot be sent and the call has ended over it. */
  private encode(value: unknown): Uint8Array | undefined {
    let payload: Uint8Array
    try {
      payload = this.line.write(this.end.encodeOutput, value)
    } catch (error) {
      this.invalid('ours', error)
      return undefined
    }
    const { payloadLimit } = this.line
    if (payload.length <= payloadLimit) return payload
    this.refuse('TOO_LARGE', new TooLarge(this.method, payload.length, payloadLimit), String(payloadLimit))
    return undefined
  }

  private takeItems(consumer: Consumer<unknown>): Flow {
    if (this.receiver !== undefined) {
      consumer.error(new TypeError(`${this.method}: requests$ has one subscriber: share() it to have more`))
      return noFlow
    }
    if (this.itemsDone || !takesMany(this.end.kind)) {
      consumer.complete()
      return noFlow
    }
    if (this.ended !== undefined) {
      consumer.error(this.ended.error ?? new Cancelled(this.method))
      return noFlow
    }
    const { decodeInput, options } = this.end
    const size = { ...defaultWindow, ...options.credit }
    const receiver = new ItemReceiver(
      this.line,
      () => this.id,
      decodeInput,
      consumer,
      size,
      error => this.invalid('theirs', error),
    )
    this.receiver = receiver
    this.items = consumer
    this.line.send({ _tag: 'Credit', id: this.id, ...size })
    return {
      consumed: size => receiver.consumed(size),
      unsubscribe: () => {
        receiver.stop()
        this.items = undefined
      },
    }
  }

  private failed(error: unknown): void {
    const { line, end, id } = this
    if (this.ended === undefined)
      line.send(failFrame(id, end, error, (encode, value) => line.write(encode, value), line.stacks))
    this.settle('Failed', error)
  }

  private refuse(code: FailCode, error: Error, message?: string): void {
    if (this.ended === undefined) this.line.send(statusFrame(this.id, code, message))
    this.settle('Failed', error)
  }

  private invalid(where: 'ours' | 'theirs', error: unknown): void {
    this.refuse('INVALID_PAYLOAD', invalidPayload(this.method, where, error), messageOf(error))
  }

  private settle(tag: Settled['_tag'], error?: unknown): void {
    if (this.ended !== undefined) return
    const ended: Settled = { _tag: tag, call: this, error, ms: this.line.now() - this.openedAt }
    this.ended = ended
    this.line.forget(this.id)
    this.sender?.stop()
    this.receiver?.stop()
    this.subscription?.unsubscribe()
    const { items } = this
    this.items = undefined
    if (tag === 'Replied') items?.complete()
    else items?.error(error)
    this.news?.end(ended)
    this.whenSettled?.(ended)
  }

  private get announced(): CallNews {
    if (this.news === undefined) {
      this.news = new CallNews()
      this.news.demand.next(this.sender?.demand.items ?? this.credit?.items ?? 0)
      if (this.ended !== undefined) this.news.end(this.ended)
    }
    return this.news
  }
}

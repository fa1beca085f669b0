import { from, isObservable, type Observable, type ObservableInput, type Subscription } from 'rxjs'
import type { MethodKind } from '../contract/method.js'
import { checkOptions } from '../error/check-options.js'
import { bufferRules, type BufferLimit, type BufferOptions } from '../flow/bounded-buffer.js'
import type { Reader } from '../protobuf/reader.js'
import type { Allowance, Fail, FailCode, Metadata, Open } from '../wire/frame.js'
import { AlreadyAnswered, type Call, noMetadata, type Settled } from './call.js'
import { begin } from './begin.js'
import { CallNews, told } from './call-news.js'
import { Cancelled, Defect, NoReply, Overflow, Timeout, TooLarge } from './call-errors.js'
import { Departure } from './departure.js'
import { failFrame, invalidPayload, limitText, messageOf, statusFrame } from './fail-frame.js'
import { IncomingItems } from './incoming-items.js'
import type { ReceivingCall } from './item-receiver.js'
import { ItemSender } from './item-sender.js'
import type { ItemSink } from './item-sink.js'
import { isPromise } from './pull-source.js'
import type { Line } from './line.js'
import { givesMany, takesMany, type ServingEnd } from './method-end.js'
import type { Remote } from './remote.js'

/** A call that the far end made, from its `Open` to its end; what users see as a {@link Call}. */
export class IncomingCall implements Call<unknown, unknown, unknown, unknown, unknown>, ItemSink, ReceivingCall {
  /** Who answers it: is told once, when the call is settled. */
  answerer: { settled(settled: Settled): void } | undefined = undefined
  /** When an unclaimed call is let go: milliseconds by the line's clock. */
  claimBy = Infinity
  /** Somebody is to answer it once its turn has come: until then it is not let go of. */
  awaitsTurn = false
  /** It was handed to several: one that borrows does not speak for the others. */
  shared = false
  /** Whoever answers it keeps no bytes of it. */
  borrows = false
  /** Its place among the calls that are being answered; -1: it has none. */
  heldAt = -1
  private claimed = false
  private ended: Settled | undefined = undefined
  private sender: ItemSender | undefined = undefined
  private subscription: Subscription | undefined = undefined
  /** The one answer, while it leaves in parts. */
  private leaving: Departure | undefined = undefined
  private items: IncomingItems | undefined = undefined
  private news: CallNews | undefined = undefined
  readonly id: number
  readonly deadline: number | undefined
  readonly metadata: Metadata
  private readonly credit: Allowance | undefined

  /**
   * @param asked - the decoded request; `undefined` where items follow instead
   * @param openedAt - when it arrived, by the line's clock
   * @param place - where the request lies, where it arrived in parts
   */
  constructor(
    private readonly line: Line,
    private readonly end: ServingEnd,
    readonly peer: unknown,
    open: Open,
    private readonly asked: unknown,
    private readonly openedAt: number,
    readonly place?: Uint8Array,
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
    if (this.items !== undefined) return this.items.requests$
    const items = this.itemsIn()
    if (this.ended !== undefined) items.finish(this.ended._tag === 'Replied' ? {} : { error: this.ended.error })
    return items.requests$
  }

  get cancelled$(): Observable<void> {
    return told(this.announced.cancelled)
  }

  get demand$(): Observable<number> {
    return this.itemsOut().demand$
  }

  get settled$(): Observable<Settled> {
    return told(this.announced.settled)
  }

  reply(answer: unknown, buffer?: BufferOptions): void {
    if (buffer !== undefined) checkOptions('buffer', buffer, bufferRules)
    this.claim()
    if (this.ended !== undefined) return
    if (givesMany(this.end.kind)) this.replyMany(answer as ObservableInput<unknown>, buffer)
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
    return Math.min(this.deadline ?? Infinity, this.claimed || this.awaitsTurn ? Infinity : this.claimBy)
  }

  /** An event has reached its subscribers: unless one of them is still at it, or is to be, that is all there is to it. */
  heard(): void {
    if (!this.taken && !this.awaitsTurn) this.settle('Replied')
  }

  /** Nobody will answer any more. */
  letGo(): void {
    if (this.ended === undefined && this.leaving === undefined) this.refuse('NO_REPLY', new NoReply(this.method))
  }

  /** How it went; `undefined` while it is open. */
  get outcome(): Settled | undefined {
    return this.ended
  }

  onNext(reader: Reader): void {
    this.itemsIn().onNext(reader)
  }

  onFragment(reader: Reader): void {
    this.itemsIn().onFragment(reader)
  }

  onComplete(): void {
    this.itemsIn().onComplete()
  }

  onCredit(items: number, bytes: number): void {
    if (!givesMany(this.end.kind)) return this.line.violated(`call ${this.id} is answered once, and was given credit`)
    this.itemsOut().grant(items, bytes)
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
    } else if (!this.claimed && !this.awaitsTurn && this.claimBy <= now) this.letGo()
  }

  private claim(): void {
    if (this.claimed) throw new AlreadyAnswered(this.method)
    this.claimed = true
  }

  private replyOne(value: unknown): void {
    if (this.ended !== undefined || this.leaving !== undefined) return
    if (this.end.kind === 'event') return this.settle('Replied')
    const { line, id } = this
    let sent: number | Uint8Array
    try {
      sent = line.sendValue('Reply', id, this.end.encodeOutput, value)
    } catch (error) {
      return this.unencodable(error)
    }
    if (typeof sent === 'number') return this.settle('Replied')
    if (sent.length > line.messageBytes) return this.tooLarge(sent.length, line.messageBytes)
    this.leaving = new Departure(line, id, 'Reply', sent, () => this.settle('Replied'))
    this.subscription?.unsubscribe()
    this.leaving.start()
  }

  private replyFirst(answer$: Observable<unknown>): void {
    const isEvent = this.end.kind === 'event'
    begin(answer$, subscription => (this.subscription = subscription), {
      next: value => {
        if (!isEvent) this.replyOne(value)
      },
      error: (error: unknown) => this.failed(error),
      complete: () => {
        if (isEvent) this.settle('Replied')
        else this.letGo()
      },
    })
  }

  private replyMany(answer: ObservableInput<unknown>, buffer: BufferOptions | undefined): void {
    const sender = this.itemsOut()
    sender.start(answer, buffer)
    if (this.ended !== undefined) sender.stop()
  }

  /** Made with the first word of credit, or of an answer, whichever comes first. */
  private itemsOut(): ItemSender {
    if (this.sender !== undefined) return this.sender
    const { line, id, credit } = this
    const sender = new ItemSender(this, this.end.encodeOutput, line, id)
    this.sender = sender
    if (credit !== undefined && givesMany(this.end.kind)) sender.grant(credit.items, credit.bytes)
    if (this.ended !== undefined) sender.stop()
    return sender
  }

  private itemsIn(): IncomingItems {
    return (this.items ??= new IncomingItems(this.line, this.end, this))
  }

  /** What comes is longer than this end takes in, or what goes out than the far end does. */
  tooLarge(bytes: number, limit: number): void {
    this.refuse('TOO_LARGE', new TooLarge(this.method, bytes, limit), String(limit))
  }

  /** Every item of the answer has left. */
  allSent(): void {
    this.line.send({ _tag: 'Complete', id: this.id })
    this.settle('Replied')
  }

  /** The answer's producer is faster than it may be. */
  overflowed(limit: BufferLimit): void {
    this.refuse('OVERFLOW', new Overflow(this.method, limit.limit, limit.unit), limitText(limit))
  }

  /** The answer failed. */
  failed(error: unknown): void {
    if (this.ended !== undefined) return
    const { line, end, id } = this
    if (end.kind !== 'event') {
      let frame: Fail
      try {
        frame = failFrame(id, end, error, line)
      } catch (tooLarge) {
        return this.refuse('TOO_LARGE', tooLarge as TooLarge, String(line.frameBytes))
      }
      line.send(frame)
    }
    this.settle('Failed', error)
  }

  private refuse(code: FailCode, error: Error, message?: string): void {
    // nobody waits for what becomes of an event
    if (this.ended === undefined && this.end.kind !== 'event') this.line.send(statusFrame(this.id, code, message))
    this.settle('Failed', error)
  }

  /** An item that came is none. */
  invalid(error: unknown, where: 'ours' | 'theirs' = 'theirs'): void {
    this.refuse('INVALID_PAYLOAD', invalidPayload(this.method, where, error), messageOf(error))
  }

  /** What was to go out is no answer. */
  unencodable(error: unknown): void {
    this.invalid(error, 'ours')
  }

  private settle(tag: Settled['_tag'], error?: unknown): void {
    if (this.ended !== undefined) return
    const ended: Settled = (this.ended = { _tag: tag, call: this, error, ms: this.line.now() - this.openedAt })
    this.line.forget(this.id)
    this.sender?.stop()
    this.leaving?.drop()
    this.subscription?.unsubscribe()
    this.items?.finish(tag === 'Replied' ? {} : { error })
    this.news?.end(ended)
    this.answerer?.settled(ended)
  }

  private get announced(): CallNews {
    if (this.news === undefined) {
      this.news = new CallNews()
      if (this.ended !== undefined) this.news.end(this.ended)
    }
    return this.news
  }
}

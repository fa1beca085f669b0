import type { ObservableInput } from 'rxjs'
import { giveBack } from '../protobuf/long-bytes.js'
import { Reader } from '../protobuf/reader.js'
import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { Reassembly } from '../flow/reassembly.js'
import { windowSize, type WindowSize } from '../flow/receive-window.js'
import { payloadOf } from '../wire/frame-taker.js'
import type { Fail } from '../wire/frame.js'
import { Overflow, Timeout, TooLarge } from './call-errors.js'
import { Departure } from './departure.js'
import { defectOf, failureOf, invalidPayload } from './fail-frame.js'
import { ItemReceiver, type ReceivingCall } from './item-receiver.js'
import { ItemSender } from './item-sender.js'
import type { Line } from './line.js'
import { givesMany, takesMany, type CallingEnd } from './method-end.js'
import type { Consumer, Flow } from './consumer.js'

/** A call that this end made, from its `Open` to its end. */
export class OutgoingCall implements Flow, ReceivingCall {
  /** 0 until the call has been sent. */
  id = 0
  private ended = false
  /** There where many items come back. */
  private readonly receiver: ItemReceiver | undefined = undefined
  private sender: ItemSender | undefined = undefined
  /** The request, while it leaves in parts. */
  private leaving: Departure | undefined = undefined
  /** The one answer, while it arrives in parts. */
  private reassembly: Reassembly | undefined = undefined

  /**
   * @param afterMs - how long it may take, in milliseconds; `Infinity`: as long as it likes
   * @param deadline - the same as a time of the line's clock
   * @param credit - window for the items that come back, where the caller said something of it
   * @param buffer - for the items that go out, where the caller said something of it
   * @param borrows - who takes what comes back keeps none of its bytes
   * @throws InvalidOption when the credit cannot be granted
   */
  constructor(
    private readonly line: Line,
    readonly method: CallingEnd,
    private readonly consumer: Consumer<unknown>,
    private readonly afterMs: number,
    readonly deadline: number,
    credit?: Partial<WindowSize>,
    private readonly buffer?: BufferOptions,
    readonly borrows = false,
  ) {
    if (givesMany(method.kind))
      this.receiver = new ItemReceiver(
        line,
        method.decodeOutput,
        consumer,
        windowSize(method.options.credit, credit),
        this,
      )
  }

  /** What the far end may send at first. */
  get credit(): WindowSize | undefined {
    return this.receiver?.size
  }

  /** What the far end is told of the deadline: what is left of it when the call leaves, which it may have waited to do. */
  timeoutMs(now: number): number | undefined {
    if (this.deadline === Infinity) return undefined
    return Math.min(0xffff_ffff, Math.max(0, Math.ceil(this.deadline - now)))
  }

  /** The call has left: begin with its items, if it sends any. */
  opened(id: number, items: ObservableInput<unknown>): void {
    this.id = id
    if (!takesMany(this.method.kind)) return
    this.sender = new ItemSender(
      {
        unencodable: error => this.inputFailed(invalidPayload(this.method.name, 'ours', error)),
        tooLarge: (bytes, limit) => this.inputFailed(new TooLarge(this.method.name, bytes, limit)),
        allSent: () => this.line.send({ _tag: 'Complete', id }),
        failed: error => this.inputFailed(error),
        overflowed: ({ limit, unit }) => this.inputFailed(new Overflow(this.method.name, limit, unit)),
      },
      this.method.encodeInput,
      this.line,
      id,
    )
    this.sender.start(items, this.buffer)
    if (this.ended) this.sender.stop()
  }

  /** The call has left, and its request follows in parts. */
  openedWith(id: number, request: Uint8Array): void {
    this.id = id
    this.leaving = new Departure(this.line, id, 'Next', request, () => {
      this.leaving = undefined
      if (this.method.kind !== 'event') return
      this.line.forget(id)
      this.done()
    })
    this.leaving.start()
  }

  /** An event has left: that is all there is to it. */
  done(): void {
    this.ended = true
    this.consumer.complete()
  }

  onNext(reader: Reader): void {
    if (this.receiver === undefined) this.line.violated(`call ${this.id} answers with one Reply, not with Next`)
    else this.receiver.take(reader)
  }

  onFragment(reader: Reader): void {
    if (this.receiver !== undefined) return this.receiver.takePart(reader)
    if (this.method.kind === 'event') return this.line.violated(`call ${this.id} is an event, and has no answer`)
    const reassembly = (this.reassembly ??= this.line.reassembly(this.borrows))
    const part = payloadOf(reader)
    const size = reassembly.size + part.length
    const limit = reassembly.add(part)
    if (limit !== undefined) this.tooLarge(size, limit)
  }

  consumed(size: number): void {
    this.receiver?.consumed(size)
  }

  onReply(reader: Reader): void {
    if (this.receiver !== undefined)
      return this.line.violated(`call ${this.id} answers with Next and Complete, not with Reply`)
    const { line, method, reassembly } = this
    let size = reader.len - reader.pos
    let whole = reader
    if (reassembly !== undefined || size > line.ownMessageBytes) {
      const joined = reassembly === undefined ? line.ownMessageBytes : reassembly.join(payloadOf(reader))
      if (typeof joined === 'number') return this.lost(new TooLarge(method.name, size, joined))
      whole = Reader.create(joined)
      size = joined.length
    }
    let value: unknown
    try {
      if (this.borrows) whole.memory = 'borrowed'
      value = method.decodeOutput(whole)
    } catch (error) {
      return this.lost(invalidPayload(method.name, 'theirs', error))
    }
    this.finish()
    this.consumer.next(value, size)
    // some operators hand it on only now
    this.consumer.complete()
    if (this.borrows && whole !== reader) giveBack(whole.buf)
  }

  onComplete(): void {
    if (this.receiver === undefined) return this.line.violated(`call ${this.id} ended without its Reply`)
    if (this.receiver.amidst)
      return this.line.violated(`call ${this.id} completed in the middle of an item that came in parts`)
    this.finish()
    this.consumer.complete()
  }

  onFail(frame: Fail): void {
    this.finish()
    try {
      this.consumer.error(
        failureOf(this.method, frame, payload => this.method.decodeFailure?.(Reader.lent(payload)), this.afterMs),
      )
    } catch (error) {
      this.consumer.error(invalidPayload(this.method.name, 'theirs', error))
    }
  }

  onCredit(items: number, bytes: number): void {
    if (this.sender === undefined) return this.line.violated(`call ${this.id} sends no items, and was given credit`)
    this.sender.grant(items, bytes)
  }

  /** An item that came is none. */
  invalid(error: unknown): void {
    this.giveUp(invalidPayload(this.method.name, 'theirs', error))
  }

  /** What comes is longer than this end takes in. */
  tooLarge(bytes: number, limit: number): void {
    this.giveUp(new TooLarge(this.method.name, bytes, limit))
  }

  /** Ends the call here, without a word to the far end. */
  lost(error: unknown): void {
    if (this.ended) return
    this.finish()
    this.consumer.error(error)
  }

  /** Ends the call here, and cancels it at the far end. */
  giveUp(error: unknown): void {
    if (this.ended) return
    this.unsubscribe()
    this.consumer.error(error)
  }

  expire(): void {
    this.giveUp(new Timeout(this.method.name, this.afterMs))
  }

  /** Cancels the call, unless it has ended. */
  unsubscribe(): void {
    if (this.ended) return
    this.finish()
    if (this.id !== 0) this.line.send({ _tag: 'Cancel', id: this.id })
  }

  /** True once nothing more will come of it. */
  get closed(): boolean {
    return this.ended
  }

  private finish(): void {
    this.ended = true
    this.sender?.stop()
    this.leaving?.drop()
    this.receiver?.stop()
    this.reassembly?.drop()
    this.line.forget(this.id)
  }

  /** The items that go out have failed: the far end is told, and so is the caller. */
  private inputFailed(error: unknown): void {
    if (this.ended) return
    this.finish()
    this.line.send({ _tag: 'Fail', id: this.id, code: 'DEFECT', ...defectOf(error, this.line.stacks) })
    this.consumer.error(error)
  }
}

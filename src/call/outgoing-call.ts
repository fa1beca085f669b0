import type { ObservableInput } from 'rxjs'
import { ReceiveWindow, type WindowSize } from '../flow/receive-window.js'
import type { Fail } from '../wire/frame.js'
import { Overflow, Timeout, TooLarge } from './call-errors.js'
import { defectOf, failureOf, invalidPayload } from './fail-frame.js'
import { ItemSender } from './item-sender.js'
import type { Line } from './line.js'
import { givesMany, takesMany, type CallingEnd } from './method-end.js'
import type { Consumer, Flow } from './remote.js'

/** A call that this end made, from its `Open` to its end. */
export class OutgoingCall implements Flow {
  /** 0 until the call has been sent. */
  id = 0
  private ended = false
  private readonly window: ReceiveWindow | undefined
  private sender: ItemSender | undefined

  /**
   * @param afterMs - how long it may take, in milliseconds; `Infinity`: as long as it likes
   * @param deadline - the same as a time of the line's clock
   * @param size - window for the items that come back
   */
  constructor(
    private readonly line: Line,
    readonly method: CallingEnd,
    private readonly consumer: Consumer<unknown>,
    private readonly afterMs: number,
    readonly deadline: number,
    size: WindowSize,
  ) {
    this.window = givesMany(method.kind) ? new ReceiveWindow(size) : undefined
  }

  /** What the far end may send at first. */
  get credit(): WindowSize | undefined {
    return this.window?.size
  }

  /** The call has left: begin with its items, if it sends any. */
  opened(id: number, items: ObservableInput<unknown>): void {
    this.id = id
    if (!takesMany(this.method.kind)) return
    this.sender = new ItemSender(
      {
        item: value => this.sendItem(value),
        complete: () => this.line.send({ _tag: 'Complete', id }),
        failed: error => this.inputFailed(error),
        overflowed: limit => this.inputFailed(new Overflow(this.method.name, limit)),
        full: () => this.isFull(),
      },
      this.line.buffer,
    )
    this.sender.start(items)
    if (this.ended) this.sender.stop()
  }

  /** An event has left: that is all there is to it. */
  done(): void {
    this.ended = true
    this.consumer.complete()
  }

  onNext(payload: Uint8Array): void {
    if (this.window === undefined) return this.line.violated(`call ${this.id} answers with one Reply, not with Next`)
    const size = payload.length
    if (!this.window.received(size)) return this.line.violated(`call ${this.id} was sent more items than it has credit`)
    const value = this.read(payload)
    if (this.ended) return
    this.consumer.next(value, size)
    if (this.consumer.paced !== true) this.consumed(size)
  }

  consumed(size: number): void {
    if (this.window === undefined || this.ended || !this.window.consumed(size)) return
    const { items, bytes } = this.window.grant()
    this.line.send({ _tag: 'Credit', id: this.id, items, bytes })
  }

  onReply(payload: Uint8Array): void {
    if (this.window !== undefined)
      return this.line.violated(`call ${this.id} answers with Next and Complete, not with Reply`)
    const value = this.read(payload)
    if (this.ended) return
    this.finish()
    this.consumer.next(value, payload.length)
    this.consumer.complete()
  }

  onComplete(): void {
    if (this.window === undefined) return this.line.violated(`call ${this.id} ended without its Reply`)
    this.finish()
    this.consumer.complete()
  }

  onFail(frame: Fail): void {
    this.finish()
    try {
      this.consumer.error(
        failureOf(
          this.method,
          frame,
          payload => this.line.read(this.method.decodeFailure ?? (() => undefined), payload),
          this.afterMs,
        ),
      )
    } catch (error) {
      this.consumer.error(invalidPayload(this.method.name, 'theirs', error))
    }
  }

  onCredit(items: number, bytes: number): void {
    if (this.sender === undefined) return this.line.violated(`call ${this.id} sends no items, and was given credit`)
    this.sender.grant(items, bytes)
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
    this.line.forget(this.id)
  }

  /** Decodes an item; one that does not fit ends the call. */
  private read(payload: Uint8Array): unknown {
    try {
      return this.line.read(this.method.decodeOutput, payload)
    } catch (error) {
      this.giveUp(invalidPayload(this.method.name, 'theirs', error))
      return undefined
    }
  }

  private sendItem(value: unknown): number | undefined {
    let payload: Uint8Array
    try {
      payload = this.line.write(this.method.encodeInput, value)
    } catch (error) {
      this.inputFailed(invalidPayload(this.method.name, 'ours', error))
      return undefined
    }
    if (payload.length > this.line.payloadLimit) {
      this.inputFailed(new TooLarge(this.method.name, payload.length, this.line.payloadLimit))
      return undefined
    }
    this.line.send({ _tag: 'Next', id: this.id, payload })
    return payload.length
  }

  /** The items that go out have failed: the far end is told, and so is the caller. */
  private inputFailed(error: unknown): void {
    if (this.ended) return
    this.finish()
    this.line.send({ _tag: 'Fail', id: this.id, code: 'DEFECT', ...defectOf(error, this.line.stacks) })
    this.consumer.error(error)
  }

  private isFull(): boolean {
    if (!this.line.full) return false
    if (this.sender !== undefined) this.line.waitForRoom(this.sender)
    return true
  }
}

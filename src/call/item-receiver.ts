import { giveBack } from '../protobuf/long-bytes.js'
import { Reader } from '../protobuf/reader.js'
import type { Reassembly } from '../flow/reassembly.js'
import { ReceiveWindow, type Window, type WindowSize } from '../flow/receive-window.js'
import type { Decode } from '../schema/codec.js'
import type { Consumer } from './consumer.js'
import type { Line } from './line.js'
import { payloadOf } from '../wire/frame-taker.js'

/** Whose items a receiver takes; it has stopped when it tells of trouble. */
export interface ReceivingCall {
  /** Its id, once it has one. */
  readonly id: number
  /** Whoever takes its items keeps none of their bytes, unless they are paced. */
  readonly borrows: boolean
  /** An item did not fit its codec. */
  invalid(error: unknown): void
  /** An item is longer than this end takes in: so far that many bytes, over the limit of so many. */
  tooLarge(bytes: number, limit: number): void
}

/** Takes in what the far end sends under credit: counts it, decodes it, hands it on, and grants again. */
export class ItemReceiver {
  private readonly window: ReceiveWindow
  private reassembly: Reassembly | undefined = undefined
  private inParts = false
  private done = false
  private readonly borrows: boolean

  constructor(
    private readonly line: Line,
    private readonly decode: Decode<unknown>,
    private readonly consumer: Consumer<unknown>,
    size: Window,
    private readonly call: ReceivingCall,
  ) {
    this.window = new ReceiveWindow(size)
    // a paced consumer keeps what comes until it is done with it
    this.borrows = call.borrows && consumer.paced !== true
  }

  /** What the far end may send at first. */
  get size(): WindowSize {
    const { items, bytes } = this.window.size
    return { items, bytes }
  }

  /** Whether an item has begun to arrive in parts. */
  get amidst(): boolean {
    return this.inParts
  }

  /** Takes an item, or the last part of one: decodes it where it lies. */
  take(reader: Reader): void {
    let size = reader.len - reader.pos
    if (!this.window.received(size)) return this.overrun()
    let whole = reader
    if (this.inParts || size > this.line.ownMessageBytes) {
      size += this.window.joined()
      this.inParts = false
      // what was on its way when its reader left is counted, and dropped
      if (this.done) return
      const joined = this.join(payloadOf(reader))
      if (joined === undefined) return
      whole = Reader.create(joined)
    } else if (this.done) return
    let value: unknown
    try {
      if (this.borrows) whole.memory = 'borrowed'
      value = this.decode(whole)
    } catch (error) {
      this.stop()
      this.call.invalid(error)
      return
    }
    this.consumer.next(value, size)
    if (this.borrows && whole !== reader) giveBack(whole.buf)
    if (this.consumer.paced !== true) this.consumed(size)
  }

  /** Takes a part of an item that goes on. */
  takePart(reader: Reader): void {
    const part = payloadOf(reader)
    if (!this.window.receivedPart(part.length)) return this.overrun()
    this.inParts = true
    if (this.done) return
    this.reassembly ??= this.line.reassembly(this.borrows)
    const size = this.reassembly.size + part.length
    const limit = this.reassembly.add(part)
    if (limit !== undefined) this.tooLarge(size, limit)
    else if (this.window.partsConsumed()) this.grant()
  }

  /** The consumer is done with an item of that size. */
  consumed(size: number): void {
    if (!this.done && this.window.consumed(size)) this.grant()
  }

  /** Nothing more is handed on, and nothing granted. */
  stop(): void {
    this.done = true
    this.reassembly?.drop()
    this.reassembly = undefined
  }

  private join(last: Uint8Array): Uint8Array | undefined {
    const reassembly = (this.reassembly ??= this.line.reassembly(this.borrows))
    const size = reassembly.size + last.length
    const joined = reassembly.join(last)
    if (typeof joined !== 'number') return joined
    this.tooLarge(size, joined)
    return undefined
  }

  private grant(): void {
    if (this.consumer.paced !== true) this.window.widen()
    const { items, bytes } = this.window.grant()
    this.line.send({ _tag: 'Credit', id: this.call.id, items, bytes })
  }

  private tooLarge(bytes: number, limit: number): void {
    this.stop()
    this.call.tooLarge(bytes, limit)
  }

  private overrun(): void {
    this.line.violated(`call ${this.call.id} was sent more items than it has credit`)
  }
}

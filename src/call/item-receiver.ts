import { ReceiveWindow, type WindowSize } from '../flow/receive-window.js'
import type { Decode } from '../schema/codec.js'
import type { Consumer } from './consumer.js'
import type { Line } from './line.js'

/** Takes in what the far end sends under credit: counts it, decodes it, hands it on, and grants again. */
export class ItemReceiver {
  private readonly window: ReceiveWindow
  private done = false

  /**
   * @param invalid - an item did not fit its codec: the receiver has stopped
   */
  constructor(
    private readonly line: Line,
    private readonly id: () => number,
    private readonly decode: Decode<unknown>,
    private readonly consumer: Consumer<unknown>,
    size: WindowSize,
    private readonly invalid: (error: unknown) => void,
  ) {
    this.window = new ReceiveWindow(size)
  }

  /** What the far end may send at first. */
  get size(): WindowSize {
    return this.window.size
  }

  take(payload: Uint8Array): void {
    const size = payload.length
    if (!this.window.received(size)) {
      this.line.violated(`call ${this.id()} was sent more items than it has credit`)
      return
    }
    // what was on its way when its reader left is counted, and dropped
    if (this.done) return
    let value: unknown
    try {
      value = this.line.read(this.decode, payload)
    } catch (error) {
      this.done = true
      this.invalid(error)
      return
    }
    this.consumer.next(value, size)
    if (this.consumer.paced !== true) this.consumed(size)
  }

  /** The consumer is done with an item of that size. */
  consumed(size: number): void {
    if (this.done || !this.window.consumed(size)) return
    const { items, bytes } = this.window.grant()
    this.line.send({ _tag: 'Credit', id: this.id(), items, bytes })
  }

  /** Nothing more is handed on, and nothing granted. */
  stop(): void {
    this.done = true
  }
}

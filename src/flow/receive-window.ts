import { checkOptions, count, type Rules } from '../error/check-options.js'
import { maxCredit } from './send-window.js'

/** A window as its owner sizes it. */
export interface WindowSize {
  /** Items in flight at most. */
  readonly items: number
  /** Bytes in flight at most, the last item's excess aside. */
  readonly bytes: number
}

/** What a stream starts with unless it is told otherwise: 256 items and 1 MiB. */
export const defaultWindow: WindowSize = { items: 256, bytes: 1024 * 1024 }

/** What the sizes of a window may be. */
export const windowRules: Rules = { items: count, bytes: count }

/**
 * Fills a window's sizes in, and looks at them.
 *
 * @throws InvalidOption when a size is neither a whole number of 0 or more, nor `Infinity`
 */
export const windowSize = (...sizes: readonly (Partial<WindowSize> | undefined)[]): WindowSize => {
  let { items, bytes } = defaultWindow
  for (const size of sizes) {
    items = size?.items ?? items
    bytes = size?.bytes ?? bytes
  }
  const window = { items, bytes }
  checkOptions('credit', window, windowRules)
  return window
}

/** Half of a window as the far end counts it: it knows no number above 2^31 - 1. */
const half = (size: number): number => Math.max(1, Math.floor(Math.min(size, maxCredit) / 2))

/**
 * What a receiver has granted, and what its consumer has taken: the other half of {@link SendWindow}.
 *
 * Grants are batched: they fall due when half of the window has been consumed, so that they cost next to nothing, and
 * the far end never runs dry while its consumer keeps up.
 *
 * The parts of a long item are granted again as they arrive, or it could not be longer than the window; but only while
 * its consumer holds no other item. So never more than the window and one item lies with a consumer.
 */
export class ReceiveWindow {
  private itemsLeft: number
  private bytesLeft: number
  private itemsTaken = 0
  private bytesTaken = 0
  /** Items that their consumer is not done with. */
  private held = 0
  /** Bytes of the item at hand that were not granted again. */
  private parts = 0
  private readonly itemsDue: number
  private readonly bytesDue: number

  constructor(readonly size: WindowSize) {
    this.itemsLeft = size.items
    this.bytesLeft = size.bytes
    this.itemsDue = half(size.items)
    this.bytesDue = half(size.bytes)
  }

  /**
   * Counts an item, or the last part of one, that has arrived.
   *
   * @returns `false` when it was sent without credit
   */
  received(bytes: number): boolean {
    if (this.itemsLeft <= 0 || this.bytesLeft <= 0) return false
    this.itemsLeft--
    this.bytesLeft -= bytes
    this.held++
    return true
  }

  /**
   * Counts a part that has arrived of an item that goes on.
   *
   * @returns `false` when it was sent without credit
   */
  receivedPart(bytes: number): boolean {
    if (this.itemsLeft <= 0 || this.bytesLeft <= 0) return false
    this.bytesLeft -= bytes
    this.parts += bytes
    return true
  }

  /**
   * The item whose parts were counted is whole.
   *
   * @returns the bytes of its parts that are still to be granted: they are consumed with the item
   */
  joined(): number {
    const { parts } = this
    this.parts = 0
    return parts
  }

  /**
   * Counts as consumed what has arrived of the item at hand, unless the consumer holds another item.
   *
   * @returns whether a grant is due: see {@link ReceiveWindow.grant}
   */
  partsConsumed(): boolean {
    if (this.held === 0) {
      this.bytesTaken += this.parts
      this.parts = 0
    }
    return this.itemsTaken >= this.itemsDue || this.bytesTaken >= this.bytesDue
  }

  /**
   * Counts an item that its consumer is done with.
   *
   * @returns whether a grant is due: see {@link ReceiveWindow.grant}
   */
  consumed(bytes: number): boolean {
    this.held--
    this.itemsTaken++
    this.bytesTaken += bytes
    return this.partsConsumed()
  }

  /** Grants again what was consumed since the last grant. */
  grant(): WindowSize {
    const grant = { items: this.itemsTaken, bytes: this.bytesTaken }
    this.itemsLeft += grant.items
    this.bytesLeft += grant.bytes
    this.itemsTaken = 0
    this.bytesTaken = 0
    return grant
  }
}

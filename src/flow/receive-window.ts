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

/** Items in flight at most where nobody has said how many, once a consumer has kept up for a while. */
const mostUntold = 32_768

/** A window that may grow. */
export interface Window extends WindowSize {
  /** What `items` may grow to for a consumer that keeps up; not at all unless told. */
  readonly mostItems?: number
}

/** The window of a stream of which nobody has said anything, as of most. */
const untold = { ...defaultWindow, mostItems: mostUntold }

/** What the sizes of a window may be. */
export const windowRules: Rules = { items: count, bytes: count }

/**
 * Fills a window's sizes in, and looks at them. A number of items that nobody has told may grow.
 *
 * @throws InvalidOption when a size is neither a whole number of 0 or more, nor `Infinity`
 */
export const windowSize = (...sizes: readonly (Partial<WindowSize> | undefined)[]): Window => {
  if (!sizes.some(Boolean)) return untold
  let { items, bytes, mostItems } = untold
  for (const size of sizes) {
    if (size?.items !== undefined) items = mostItems = size.items
    bytes = size?.bytes ?? bytes
  }
  const window = { items, bytes }
  checkOptions('credit', window, windowRules)
  return { ...window, mostItems }
}

/** Half of a window as the far end counts it: it knows no number above 2^31 - 1. */
const half = (size: number): number => Math.max(1, Math.floor(Math.min(size, maxCredit) / 2))

/**
 * What a receiver has granted, and what its consumer has taken: the other half of {@link SendWindow}.
 *
 * Grants are batched: they fall due when half of the window has been consumed, so that they cost next to nothing, and
 * the far end never runs dry while its consumer keeps up.
 *
 * Measured: 256 small items go out, come in and are granted in less time than a turn of both event loops takes, so that a
 * stream of them has 0.3 of the rate, at twice the CPU, that it has with 16,384. Those cost 1.08 times the CPU of 32,768, which
 * cost what they cost with no end of credit. So a window whose items nobody has told is doubled with each grant, as TCP's is, while
 * its consumer is done with an item as soon as it has it. Its bytes stay.
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
  private itemsInAll: number
  private itemsDue: number
  private readonly bytesDue: number

  constructor(readonly size: Window) {
    this.itemsInAll = size.items
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

  /** Its consumer keeps up: doubles its items, as far as they may grow, if they are why a grant is due. */
  widen(): void {
    const { mostItems = this.size.items } = this.size
    if (this.itemsInAll >= mostItems || this.itemsTaken < this.itemsDue) return
    const wider = Math.min(2 * this.itemsInAll, mostItems)
    this.itemsTaken += wider - this.itemsInAll
    this.itemsInAll = wider
    this.itemsDue = half(wider)
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

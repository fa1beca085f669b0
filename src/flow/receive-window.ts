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

/** Half of a window as the far end counts it: it knows no number above 2^31 - 1. */
const half = (size: number): number => Math.max(1, Math.floor(Math.min(size, maxCredit) / 2))

/**
 * What a receiver has granted, and what its consumer has taken: the other half of {@link SendWindow}.
 *
 * Grants are batched: they fall due when half of the window has been consumed, so that they cost next to nothing, and
 * the far end never runs dry while its consumer keeps up.
 */
export class ReceiveWindow {
  private itemsLeft: number
  private bytesLeft: number
  private itemsTaken = 0
  private bytesTaken = 0
  private readonly itemsDue: number
  private readonly bytesDue: number

  constructor(readonly size: WindowSize) {
    this.itemsLeft = size.items
    this.bytesLeft = size.bytes
    this.itemsDue = half(size.items)
    this.bytesDue = half(size.bytes)
  }

  /**
   * Counts an item that has arrived.
   *
   * @returns `false` when it was sent without credit
   */
  received(bytes: number): boolean {
    if (this.itemsLeft <= 0 || this.bytesLeft <= 0) return false
    this.itemsLeft--
    this.bytesLeft -= bytes
    return true
  }

  /**
   * Counts an item that its consumer is done with.
   *
   * @returns whether a grant is due: see {@link ReceiveWindow.grant}
   */
  consumed(bytes: number): boolean {
    this.itemsTaken++
    this.bytesTaken += bytes
    return this.itemsTaken >= this.itemsDue || this.bytesTaken >= this.bytesDue
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

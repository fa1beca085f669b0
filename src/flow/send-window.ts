/** Counts of credit saturate here: 2^31 - 1. */
export const maxCredit = 0x7fff_ffff

/**
 * What a sender may still send: items and bytes, whichever runs out first.
 *
 * A message, or a part of one, may be sent while both are above zero, however long it is: so a window that is smaller than
 * one message slows its stream down instead of stopping it. Completion and failure need no credit.
 */
export class SendWindow {
  private items = 0
  private bytes = 0

  /** True while one more item, or one more part of an item, may be sent. */
  get open(): boolean {
    return this.items > 0 && this.bytes > 0
  }

  /** Items that may still be sent, as far as they are counted. */
  get allowance(): { readonly items: number; readonly bytes: number } {
    return { items: this.items, bytes: this.bytes }
  }

  /** Adds to the window; saturates at 2^31 - 1. */
  grant(items: number, bytes: number): void {
    this.items = Math.min(this.items + items, maxCredit)
    this.bytes = Math.min(this.bytes + bytes, maxCredit)
  }

  /** Takes one item of that many bytes out of the window. */
  spend(bytes: number): void {
    this.items--
    this.bytes -= bytes
  }

  /** Takes a part of an item out of the window; the item itself counts with its last part. */
  spendPart(bytes: number): void {
    this.bytes -= bytes
  }
}

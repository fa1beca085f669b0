import type { CallFrame } from '../wire/frame.js'

/** What a frame is counted as beside its payload, in bytes. */
const frameCost = 96

const costOf = (frame: CallFrame): number =>
  frameCost + ('payload' in frame ? frame.payload.length : 0) + (frame._tag === 'Fail' ? frame.message.length : 0)

/**
 * The call frames that were sent and are not yet known to have arrived, in order.
 *
 * Positions are implied: both ends count, nothing is numbered on the wire (as RSocket's resumption does with bytes).
 */
export class ReplayLog {
  private frames: CallFrame[] = []
  private head = 0
  /** How many frames have been sent since the session began. */
  sent = 0
  /** How many of them the far end has acknowledged. */
  acknowledged = 0
  /** What the others cost to keep, in bytes. */
  bytes = 0

  append(frame: CallFrame): void {
    this.frames.push(frame)
    this.bytes += costOf(frame)
    this.sent++
  }

  /**
   * The far end has taken in so many frames since the session began.
   *
   * @returns `false` when it cannot have: more than were sent, or fewer than it said before
   */
  acknowledge(position: number): boolean {
    if (position > this.sent || position < this.acknowledged) return false
    for (; this.acknowledged < position; this.acknowledged++) {
      this.bytes -= costOf(this.frames[this.head] as CallFrame)
      this.frames[this.head++] = undefined as never
    }
    if (this.head > 64 && this.head * 2 > this.frames.length) {
      this.frames = this.frames.slice(this.head)
      this.head = 0
    }
    return true
  }

  /** What is to be sent again. */
  unacknowledged(): readonly CallFrame[] {
    return this.frames.slice(this.head)
  }

  clear(): void {
    this.frames = []
    this.head = 0
    this.bytes = 0
  }
}

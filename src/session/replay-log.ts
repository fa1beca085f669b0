import type { CallFrame, Frame } from '../wire/frame.js'

/** What a frame is counted as beside its payload, in bytes. */
export const frameCost = 96

const textsOf = (texts: Readonly<Record<string, string>>): number => {
  let length = 0
  for (const [name, text] of Object.entries(texts)) length += frameCost + name.length + text.length
  return length
}

/** About what a frame takes while it is kept, in bytes. */
export const costOf = (frame: Frame): number => {
  let cost = frameCost
  if ('payload' in frame) cost += frame.payload.length
  if (frame._tag === 'Open' && frame.metadata !== undefined) cost += textsOf(frame.metadata)
  if (frame._tag === 'Fail')
    cost += frame.message.length + (frame.failure?.length ?? 0) + (frame.stack?.length ?? 0) + (frame.name?.length ?? 0)
  return cost
}

/**
 * The call frames that were sent and are not yet known to have arrived, in order.
 *
 * Positions are implied: both ends count, nothing is numbered on the wire (as RSocket's resumption does with bytes).
 */
export class ReplayLog {
  private frames: CallFrame[] = []
  private head = 0
  /** How many frames are not kept any more: the position of the first one that is. */
  private first = 0
  /** How many frames have been sent since the session began. */
  sent = 0
  /** How many of them the far end has acknowledged. */
  acknowledged = 0
  /** How many of them have been written to the pipe at hand, those included that came over an older one. */
  written = 0
  /** What is kept, in bytes. */
  bytes = 0

  append(frame: CallFrame): void {
    this.frames.push(frame)
    this.bytes += costOf(frame)
    this.sent++
  }

  /**
   * The far end has taken in so many frames since the session began.
   *
   * @returns `false` when it cannot have: more than were written, or fewer than it said before
   */
  acknowledge(position: number): boolean {
    if (position > this.written || position < this.acknowledged) return false
    this.acknowledged = position
    this.dropUpTo(position)
    return true
  }

  /** Begins with another pipe: what is not acknowledged is to be written again. */
  rewind(): void {
    this.written = this.acknowledged
  }

  /** The next frame to be written to the pipe at hand; `undefined` when all are. */
  next(): CallFrame | undefined {
    if (this.written === this.sent) return undefined
    return this.frames[this.head + this.written++ - this.first]
  }

  /** How many frames are still to be written to the pipe at hand. */
  get unwritten(): number {
    return this.sent - this.written
  }

  /** Keeps nothing that is written: no other pipe will be asked for it. */
  dropWritten(): void {
    this.dropUpTo(this.written)
  }

  clear(): void {
    this.frames = []
    this.head = 0
    this.first = this.written = this.sent
    this.bytes = 0
  }

  private dropUpTo(position: number): void {
    for (; this.first < position; this.first++) {
      this.bytes -= costOf(this.frames[this.head] as CallFrame)
      this.frames[this.head++] = undefined as never
    }
    if (this.head > 64 && this.head * 2 > this.frames.length) {
      this.frames = this.frames.slice(this.head)
      this.head = 0
    }
  }
}

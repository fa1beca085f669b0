import type { SendWindow } from '../flow/send-window.js'
import type { Line } from './line.js'
import type { Sender } from './turns.js'

/** A payload that is too long for one frame, on its way out: one part a turn, so that other calls get in between. */
export class Departure implements Sender {
  private at = 0

  /**
   * @param last - the frame that carries the last part
   * @param left - called when that has been sent
   * @param window - credit that the parts need, where there is any
   */
  constructor(
    private readonly line: Line,
    private readonly id: number,
    private readonly last: 'Next' | 'Reply',
    private readonly payload: Uint8Array,
    private readonly left: () => void,
    private readonly window?: SendWindow,
  ) {}

  /** Begins, or goes on after credit has come. */
  start(): void {
    this.line.takeTurn(this)
  }

  /** Sends the next part. */
  pump(): void {
    const { line, id, window, at } = this
    if (window?.open === false) return
    const end = at + line.partBytes
    if (end >= this.payload.length) {
      const payload = this.payload.subarray(at)
      window?.spend(payload.length)
      line.sendPayload({ _tag: this.last, id, payload })
      line.release(this.payload)
      this.left()
      return
    }
    const payload = this.payload.subarray(at, end)
    this.at = end
    window?.spendPart(payload.length)
    line.sendPayload({ _tag: 'Fragment', id, payload })
    line.takeTurn(this)
  }

  /** What has not been sent will not be sent. */
  drop(): void {
    this.line.forgoTurn(this)
  }
}

import { Observable } from 'rxjs'
import type { IncomingCall } from './incoming-call.js'

/** Takes the calls of a method. */
export interface CallTaker {
  next(call: IncomingCall): void
  complete(): void
}

/**
 * The calls of one method, which can also be taken without a subscriber between.
 *
 * Measured with many clients: each object between a call and its handler is one more that has left the processor's cache since
 * that client spoke last.
 */
export class CallSource extends Observable<IncomingCall> {
  /** @param start - begins to hand calls to a taker; gives what ends that */
  constructor(readonly start: (taker: CallTaker) => () => void) {
    super(start)
  }
}

const none: readonly CallTaker[] = []

/**
 * One served method: hands its calls to whoever is subscribed.
 *
 * Calls that no subscriber has answered are remembered until one does, or all subscribers are gone.
 */
export class IncomingHub {
  private takers = none
  private over = false
  private unclaimed: IncomingCall[] = []
  /** With so many of them it is looked which have been answered meanwhile. */
  private sweepAt = 256

  /** The calls, as they come. */
  readonly calls$ = new CallSource(taker => {
    if (this.over) taker.complete()
    else this.takers = [...this.takers, taker]
    return () => {
      this.takers = this.takers.filter(other => other !== taker)
      if (this.takers.length > 0) return
      const { unclaimed } = this
      this.unclaimed = []
      for (const call of unclaimed) if (!call.taken && !call.awaitsTurn) call.letGo()
    }
  })

  /**
   * Hands on a call.
   *
   * @returns `false` when nobody is there to take it
   */
  deliver(call: IncomingCall): boolean {
    const { takers } = this
    if (takers.length === 0) return false
    call.shared = takers.length > 1
    for (const taker of takers) taker.next(call)
    if (call.taken || call.kind === 'event') return true
    // calls that were answered meanwhile are swept out now and then, not one by one
    if (this.unclaimed.length >= this.sweepAt) {
      this.unclaimed = this.unclaimed.filter(old => !old.taken)
      this.sweepAt = Math.max(256, 2 * this.unclaimed.length)
    }
    this.unclaimed.push(call)
    return true
  }

  /** No more calls will come. */
  complete(): void {
    if (this.over) return
    this.over = true
    const { takers } = this
    this.takers = none
    for (const taker of takers) taker.complete()
    this.unclaimed = []
  }
}

import { Observable, Subject } from 'rxjs'
import type { IncomingCall } from './incoming-call.js'

/**
 * One served method: hands its calls to whoever is subscribed.
 *
 * Calls that no subscriber has answered are remembered until one does, or all subscribers are gone.
 */
export class IncomingHub {
  private readonly arrivals = new Subject<IncomingCall>()
  private unclaimed: IncomingCall[] = []
  /** With so many of them it is looked which have been answered meanwhile. */
  private sweepAt = 256

  /** The calls, as they come. */
  readonly calls$ = new Observable<IncomingCall>(subscriber => {
    const subscription = this.arrivals.subscribe(subscriber)
    return () => {
      subscription.unsubscribe()
      if (this.arrivals.observed) return
      const { unclaimed } = this
      this.unclaimed = []
      for (const call of unclaimed) if (!call.taken) call.letGo()
    }
  })

  /**
   * Hands on a call.
   *
   * @returns `false` when nobody is there to take it
   */
  deliver(call: IncomingCall): boolean {
    if (!this.arrivals.observed) return false
    this.arrivals.next(call)
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
    this.arrivals.complete()
    this.unclaimed = []
  }
}

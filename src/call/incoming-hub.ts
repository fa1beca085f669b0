import { Observable, Subject } from 'rxjs'
import type { IncomingCall } from './incoming-call.js'

/**
 * One served method: hands its calls to whoever is subscribed.
 *
 * Calls that no subscriber has answered are remembered until one does, or all subscribers are gone.
 */
export class IncomingHub {
  private readonly arrivals = new Subject<IncomingCall>()
  private readonly unclaimed = new Set<IncomingCall>()

  /** The calls, as they come. */
  readonly calls$ = new Observable<IncomingCall>(subscriber => {
    const subscription = this.arrivals.subscribe(subscriber)
    return () => {
      subscription.unsubscribe()
      if (this.arrivals.observed) return
      for (const call of this.unclaimed) if (!call.taken) call.letGo()
      this.unclaimed.clear()
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
    if (this.unclaimed.size >= 256) for (const old of this.unclaimed) if (old.taken) this.unclaimed.delete(old)
    this.unclaimed.add(call)
    return true
  }

  /** No more calls will come. */
  complete(): void {
    this.arrivals.complete()
    this.unclaimed.clear()
  }
}

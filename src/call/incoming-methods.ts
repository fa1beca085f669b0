import { IncomingHub } from './incoming-hub.js'

/** Takes the calls of many methods. */
export interface MethodsTaker {
  /** The method has a call, or somebody else who asks for its calls: from here on its calls are to be taken from this hub. */
  begin(method: string, hub: IncomingHub): void
  /** No more calls will come. */
  end(): void
}

/**
 * The calls of every method that an end serves.
 *
 * A method costs nothing before its first call, or before somebody asks for its calls. Whoever answers a whole table is
 * told by then, so that it comes before whoever asks later, as if it had subscribed to each method at once.
 */
export class IncomingMethods {
  private readonly hubs = new Map<string, IncomingHub>()
  private takers: readonly MethodsTaker[] = []
  private over = false

  /** The calls of one method. */
  hub(method: string): IncomingHub {
    const known = this.hubs.get(method)
    if (known !== undefined) return known
    const hub = new IncomingHub()
    this.hubs.set(method, hub)
    for (const taker of this.takers) taker.begin(method, hub)
    if (this.over) hub.complete()
    return hub
  }

  /** The same where somebody may take them; `undefined` where nobody has asked for any. */
  taking(method: string): IncomingHub | undefined {
    return this.hubs.get(method) ?? (this.takers.length === 0 ? undefined : this.hub(method))
  }

  /**
   * Hands the calls of all methods to a taker, too.
   *
   * @returns forgets it; what it has begun to take is its own to end
   */
  take(taker: MethodsTaker): () => void {
    for (const [method, hub] of this.hubs) taker.begin(method, hub)
    if (this.over) taker.end()
    else this.takers = [...this.takers, taker]
    return () => {
      this.takers = this.takers.filter(other => other !== taker)
    }
  }

  /** No more calls will come. */
  complete(): void {
    if (this.over) return
    this.over = true
    for (const hub of this.hubs.values()) hub.complete()
    for (const taker of this.takers) taker.end()
    this.takers = []
  }
}

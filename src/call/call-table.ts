/** Ids, scattered: calls that follow each other have ids that do, and in a row they would make one long run of full places. */
const scatter = (id: number, shift: number): number => Math.imul(id >>> 1, 0x9e37_79b1) >>> shift

/** As many places as a table begins with, as a power of two. */
const leastBits = 3

/**
 * The open calls of one end, by their ids, which are never 0.
 *
 * Not a `Map`: one that is filled and emptied all the time is copied again and again, and each old copy that has outlived a few
 * collections keeps the next one and all calls in it until the engine collects everything. Measured with 256 calls in
 * flight: of a third of what was allocated the engine found that it was still in use, and it spent as long on that as on the calls.
 */
export class CallTable<T> {
  private bits = leastBits
  /** The id at each place; 0 where it is free. A call is at its own place or at the next ones, with none free between. */
  private ids: number[] = []
  private calls: Array<T | undefined> = []
  private count = 0

  get size(): number {
    return this.count
  }

  get(id: number): T | undefined {
    const { ids } = this
    if (this.count === 0) return undefined
    const last = ids.length - 1
    for (let at = scatter(id, 32 - this.bits); ; at = (at + 1) & last) {
      const found = ids[at]
      if (found === id) return this.calls[at]
      if (found === 0) return undefined
    }
  }

  /** Adds a call; there is none of that id yet. */
  add(id: number, call: T): void {
    if (2 * this.count >= this.ids.length) this.resize(this.ids.length === 0 ? leastBits : this.bits + 1)
    this.put(id, call)
    this.count++
  }

  /** @returns whether it was there; a call that has not left has 0 for an id, and is not */
  delete(id: number): boolean {
    const { ids, calls } = this
    if (this.count === 0 || id === 0) return false
    const last = ids.length - 1
    const shift = 32 - this.bits
    let free = scatter(id, shift)
    while (ids[free] !== id) {
      if (ids[free] === 0) return false
      free = (free + 1) & last
    }
    // who is behind it moves up, unless that would be in front of its own place
    for (let at = (free + 1) & last; ids[at] !== 0; at = (at + 1) & last) {
      const own = scatter(ids[at] as number, shift)
      if (((at - own) & last) < ((at - free) & last)) continue
      ids[free] = ids[at] as number
      calls[free] = calls[at]
      free = at
    }
    ids[free] = 0
    calls[free] = undefined
    this.count--
    if (8 * this.count < ids.length && this.bits > leastBits) this.resize(this.bits - 1)
    return true
  }

  /** The calls as they are now, in the order of their ids. */
  all(): T[] {
    const ids = this.ids.filter(id => id !== 0).sort((a, b) => a - b)
    return ids.map(id => this.get(id) as T)
  }

  private put(id: number, call: T): void {
    const { ids } = this
    const last = ids.length - 1
    let at = scatter(id, 32 - this.bits)
    while (ids[at] !== 0) at = (at + 1) & last
    ids[at] = id
    this.calls[at] = call
  }

  private resize(bits: number): void {
    const { ids, calls } = this
    this.bits = bits
    this.ids = new Array<number>(2 ** bits).fill(0)
    this.calls = new Array<T | undefined>(2 ** bits).fill(undefined)
    ids.forEach((id, at) => {
      if (id !== 0) this.put(id, calls[at] as T)
    })
  }
}

import type { Budget } from './budget.js'

/** What a part costs beside its bytes: even parts of no bytes take memory. */
const partOverhead = 128

/** A part whose view keeps more than that many times its length alive is copied. */
const wasteful = 2

/**
 * A message that arrives in parts.
 *
 * It holds what has arrived and no more, whatever a far end claims: views of the parts, joined once at the end.
 */
export class Reassembly {
  private parts: Uint8Array[] = []
  private bytes = 0
  private held = 0

  /**
   * @param budget - shared with the other messages of the session
   * @param limit - longest message, in bytes
   */
  constructor(
    private readonly budget: Budget,
    private readonly limit: number,
  ) {}

  /** Bytes that have arrived. */
  get size(): number {
    return this.bytes
  }

  /** Whether a message is under way. */
  get begun(): boolean {
    return this.parts.length > 0
  }

  /**
   * Keeps a part.
   *
   * @returns the limit that it would break, in bytes; nothing is held any more then. `undefined` when all is well
   */
  add(part: Uint8Array): number | undefined {
    const cost = part.length + partOverhead
    const broken =
      this.bytes + part.length > this.limit ? this.limit : this.budget.take(cost) ? undefined : this.budget.limit
    if (broken !== undefined) {
      this.drop()
      return broken
    }
    this.held += cost
    this.bytes += part.length
    this.parts.push(part.buffer.byteLength > part.length * wasteful ? new Uint8Array(part) : part)
    return undefined
  }

  /**
   * Ends the message, and begins with the next one.
   *
   * @param last - its last part, which need not be kept
   * @param allocate - makes the place for the whole; its content is overwritten
   * @returns the message; the limit that it breaks where it is too long
   */
  join(last: Uint8Array, allocate: (size: number) => Uint8Array): Uint8Array | number {
    if (!this.begun && last.length <= this.limit) return last
    const size = this.bytes + last.length
    if (size > this.limit) {
      this.drop()
      return this.limit
    }
    const whole = allocate(size)
    let at = 0
    for (const part of this.parts) {
      whole.set(part, at)
      at += part.length
    }
    whole.set(last, at)
    this.drop()
    return whole
  }

  /** Lets go of what has arrived. */
  drop(): void {
    this.budget.give(this.held)
    this.parts = []
    this.bytes = 0
    this.held = 0
  }
}

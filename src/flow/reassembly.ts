import type { Budget } from './budget.js'

/** What a part is counted as beside its bytes: nobody is to send parts of no bytes without end. */
const partOverhead = 128

/** What has arrived vouches for so many times as much: of parts of 64 KiB the first one makes the place for up to 4 MiB. */
const believed = 64

/** How a {@link Reassembly} makes its places. */
export interface Places {
  /** Makes a place of that many bytes; all of it that is used is written. */
  readonly allocate: (size: number) => Uint8Array
  /** How long a message is at least that begins with these bytes: all of it goes to one place then. */
  readonly leastLength: (head: Uint8Array) => number
}

/** A place for some of a message, as far as it is filled. */
interface Piece {
  readonly place: Uint8Array
  filled: number
}

/**
 * A message that arrives in parts.
 *
 * Each part is copied, once, to where it stays: most long messages begin with the length of what makes them long, so that
 * there is a place for all of it from the first part on. Measured: parts of their own, joined at the end, take twice the
 * memory, and collecting that took half of the time of an echo of 1 MiB.
 *
 * What a message begins with is a claim. It is believed as far as what has arrived vouches for it, and as the budget, which the
 * whole place is taken out of, allows. Where that does not suffice, or the message turns out longer, it goes on in further
 * places, which are joined at the end.
 */
export class Reassembly {
  private pieces: Piece[] = []
  private bytes = 0
  private held = 0
  /** How long the message is at least, by its beginning. */
  private least = 0

  /**
   * @param budget - shared with the other messages of the session
   * @param limit - longest message, in bytes
   */
  constructor(
    private readonly budget: Budget,
    private readonly limit: number,
    private readonly places: Places,
  ) {}

  /** Bytes that have arrived. */
  get size(): number {
    return this.bytes
  }

  /** Whether a message is under way. */
  get begun(): boolean {
    return this.pieces.length > 0
  }

  /**
   * Takes a part in; its bytes may be used again afterwards.
   *
   * @returns the limit that it would break, in bytes; nothing is held any more then. `undefined` when all is well
   */
  add(part: Uint8Array): number | undefined {
    const { length } = part
    if (this.bytes + length > this.limit) return this.broken(this.limit)
    if (!this.take(partOverhead)) return this.broken(this.budget.limit)
    const last = this.pieces.at(-1)
    const fits = last === undefined ? 0 : Math.min(last.place.length - last.filled, length)
    if (last !== undefined && fits > 0) put(last, fits === length ? part : part.subarray(0, fits))
    this.bytes += fits
    if (last !== undefined && fits === length) return undefined
    const rest = fits === 0 ? part : part.subarray(fits)
    const piece = this.begin(rest)
    if (piece === undefined) return this.broken(this.budget.limit)
    this.pieces.push(piece)
    this.bytes += rest.length
    return undefined
  }

  /**
   * Ends the message, and begins with the next one.
   *
   * @param last - its last part, which is the message where it is the only one
   * @returns the message, which is nobody else's; the limit that it breaks where it is too long
   */
  join(last: Uint8Array): Uint8Array | number {
    if (!this.begun && last.length <= this.limit) return last
    const size = this.bytes + last.length
    if (size > this.limit) return this.broken(this.limit)
    const [first, ...others] = this.pieces as [Piece, ...Piece[]]
    let whole = first
    if (first.place.length < size) {
      whole = { place: this.places.allocate(size), filled: 0 }
      for (const { place, filled } of [first, ...others]) put(whole, place.subarray(0, filled))
    }
    put(whole, last)
    this.drop()
    return whole.place.length === size ? whole.place : whole.place.subarray(0, size)
  }

  /** Lets go of what has arrived. */
  drop(): void {
    this.budget.give(this.held)
    this.pieces = []
    this.bytes = 0
    this.held = 0
  }

  /** A place for these bytes, and for what is to follow them where that can be told; `undefined`: no budget is left for it. */
  private begin(bytes: Uint8Array): Piece | undefined {
    const { length } = bytes
    if (!this.begun) this.least = Math.min(this.places.leastLength(bytes), this.limit)
    const expected = Math.min(this.least - this.bytes, believed * (this.bytes + length))
    let size = length
    if (expected > length && this.take(expected)) size = expected
    else if (!this.take(length)) return undefined
    const piece = { place: this.places.allocate(size), filled: 0 }
    put(piece, bytes)
    return piece
  }

  private take(bytes: number): boolean {
    if (!this.budget.take(bytes)) return false
    this.held += bytes
    return true
  }

  private broken(limit: number): number {
    this.drop()
    return limit
  }
}

const put = (piece: Piece, bytes: Uint8Array): void => {
  piece.place.set(bytes, piece.filled)
  piece.filled += bytes.length
}

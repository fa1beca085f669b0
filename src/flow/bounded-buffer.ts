/**
 * What becomes of an item for which there is no room.
 *
 * - `error`: the stream fails with {@link Overflow}
 * - `dropOldest`: the item that has waited longest makes room
 * - `dropNewest`: the item itself is dropped
 * - `latest`: only the newest waits, whatever the limit
 */
export type OverflowPolicy = 'error' | 'dropOldest' | 'dropNewest' | 'latest'

/** How much may wait, and what becomes of the rest. */
export interface BufferOptions {
  /** Default `error`. */
  readonly overflow?: OverflowPolicy
  /** Items that may wait; default 1,024. */
  readonly items?: number
}

/** Items that may wait unless a stream is told otherwise. */
export const defaultBufferItems = 1024

/** A queue with a limit and a policy for what is over it. */
export class BoundedBuffer<T> {
  private items: T[] = []
  private head = 0
  private readonly limit: number
  private readonly policy: OverflowPolicy

  constructor(options: BufferOptions = {}) {
    this.policy = options.overflow ?? 'error'
    this.limit = this.policy === 'latest' ? 1 : (options.items ?? defaultBufferItems)
  }

  get length(): number {
    return this.items.length - this.head
  }

  /**
   * Adds an item.
   *
   * @returns `false` when there was no room and the policy is `error`
   */
  push(item: T): boolean {
    if (this.length >= this.limit) {
      if (this.policy === 'error') return false
      if (this.policy === 'dropNewest' || this.limit === 0) return true
      this.shift()
    }
    this.items.push(item)
    return true
  }

  /** Takes out the item that has waited longest; `undefined` when none waits. */
  shift(): T | undefined {
    if (this.head >= this.items.length) return undefined
    const item = this.items[this.head]
    // the slot lets go of its item at once; slots are given back in bulk
    this.items[this.head++] = undefined as T
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  /** What waits, the longest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = this.head; i < this.items.length; i++) yield this.items[i] as T
  }

  /** Keeps only what the predicate holds for. */
  keep(predicate: (item: T) => boolean): void {
    this.items = this.items.slice(this.head).filter(predicate)
    this.head = 0
  }

  clear(): void {
    this.items = []
    this.head = 0
  }
}

import { count, oneOf, type Rules } from '../error/check-options.js'

/**
 * What becomes of an item for which there is no room.
 *
 * - `error`: the stream fails with {@link Overflow}
 * - `dropOldest`: the items that have waited longest make room
 * - `dropNewest`: the item itself is dropped
 * - `latest`: only the newest waits, whatever the limits
 */
export type OverflowPolicy = 'error' | 'dropOldest' | 'dropNewest' | 'latest'

/** How much may wait, and what becomes of the rest. */
export interface BufferOptions {
  /** Default `error`. */
  readonly overflow?: OverflowPolicy
  /** Items that may wait; default 1,024. */
  readonly items?: number
  /** Bytes that may wait, the last item's excess aside; default 4 MiB. */
  readonly bytes?: number
}

/** What {@link BufferOptions} may be. */
export const bufferRules: Rules = {
  overflow: oneOf('error', 'dropOldest', 'dropNewest', 'latest'),
  items: count,
  bytes: count,
}

/** Items that may wait unless a stream is told otherwise. */
export const defaultBufferItems = 1024

/** Bytes that may wait unless a stream is told otherwise. */
export const defaultBufferBytes = 4 * 1024 * 1024

/** A limit that a buffer has come to. */
export interface BufferLimit {
  readonly limit: number
  readonly unit: 'items' | 'bytes'
}

/**
 * A queue with limits and a policy for what is over them.
 *
 * There is room while both items and bytes are below their limits, however long the next item is: so a limit that is
 * smaller than one item lets one wait.
 */
export class BoundedBuffer<T> {
  private items: T[] = []
  private sizes: number[] = []
  private head = 0
  private bytes = 0
  private readonly maxItems: number
  private readonly maxBytes: number
  private readonly policy: OverflowPolicy

  constructor(options: BufferOptions = {}) {
    this.policy = options.overflow ?? 'error'
    const isLatest = this.policy === 'latest'
    this.maxItems = isLatest ? 1 : (options.items ?? defaultBufferItems)
    this.maxBytes = isLatest ? Infinity : (options.bytes ?? defaultBufferBytes)
  }

  get length(): number {
    return this.items.length - this.head
  }

  /** Bytes of what waits, as far as its sizes were told. */
  get size(): number {
    return this.bytes
  }

  /** The limit that keeps the next item out; `undefined` while there is room. */
  get full(): BufferLimit | undefined {
    if (this.length >= this.maxItems) return { limit: this.maxItems, unit: 'items' }
    if (this.bytes >= this.maxBytes) return { limit: this.maxBytes, unit: 'bytes' }
    return undefined
  }

  /**
   * Adds an item.
   *
   * @param size - its bytes; 0 where only items are counted
   * @returns `false` when there was no room and the policy is `error`
   */
  push(item: T, size = 0): boolean {
    if (!this.hasRoom) {
      if (this.policy === 'error') return false
      if (this.policy === 'dropNewest' || this.maxItems <= 0 || this.maxBytes <= 0) return true
      while (!this.hasRoom) this.shift()
    }
    this.items.push(item)
    this.sizes.push(size)
    this.bytes += size
    return true
  }

  /** Takes out the item that has waited longest; `undefined` when none waits. */
  shift(): T | undefined {
    if (this.head >= this.items.length) return undefined
    const item = this.items[this.head]
    this.bytes -= this.sizes[this.head] as number
    // the slot lets go of its item at once; slots are given back in bulk
    this.items[this.head++] = undefined as T
    if (this.head > 64 && this.head * 2 > this.items.length) this.compact()
    return item
  }

  /** What waits, the longest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = this.head; i < this.items.length; i++) yield this.items[i] as T
  }

  /** Keeps only what the predicate holds for. */
  keep(predicate: (item: T) => boolean): void {
    this.compact()
    const kept = this.items.map(predicate)
    this.items = this.items.filter((_, i) => kept[i])
    this.sizes = this.sizes.filter((_, i) => kept[i])
    this.bytes = this.sizes.reduce((sum, size) => sum + size, 0)
  }

  clear(): void {
    this.items = []
    this.sizes = []
    this.head = 0
    this.bytes = 0
  }

  private get hasRoom(): boolean {
    return this.length < this.maxItems && this.bytes < this.maxBytes
  }

  private compact(): void {
    this.items = this.items.slice(this.head)
    this.sizes = this.sizes.slice(this.head)
    this.head = 0
  }
}

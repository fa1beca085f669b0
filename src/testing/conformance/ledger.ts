import type { Doings } from './conformance-contract.js'

/** What an end writes down while it works. */
export type Entry = { -readonly [K in keyof Doings]: Doings[K] }

/** So many keys are remembered; then the oldest is forgotten. */
const most = 20_000

/** What has been done, by key. */
export class Ledger {
  private readonly entries = new Map<string, Entry>()

  /** The entry of a key; an empty one is made where there is none. */
  of(key: string): Entry {
    let entry = this.entries.get(key)
    if (entry === undefined) {
      entry = { begun: 0, over: 0, cancelled: 0, sent: 0, taken: 0, notes: [] }
      this.entries.set(key, entry)
      if (this.entries.size > most) for (const [oldest] of [...this.entries].slice(0, 1)) this.entries.delete(oldest)
    }
    return entry
  }
}

import { Calls } from '../../src/call/calls.js'
import { Continuity } from '../../src/session/continuity.js'

/** What is still written in the books of all ends that have spoken since the last {@link openBooks}. */
export interface Books {
  /** Calls that are open, and bytes of messages that have arrived in part: by connection, the empty ones left out. */
  readonly calls: () => readonly string[]
  /** Bytes that are kept to be sent again. */
  readonly kept: () => number
}

const calls = new Set<Calls>()
const sessions = new Set<Continuity>()

/** Watches what is made, from outside: the code keeps no list of its own for a spec. */
const watch = <T extends object>(prototype: T, method: string, seen: Set<T>): void => {
  const table = prototype as Record<string, (this: T, ...args: unknown[]) => unknown>
  const own = table[method]
  if (own === undefined) throw new Error(`there is no method ${method} to watch`)
  table[method] = function (...args) {
    seen.add(this)
    return own.apply(this, args)
  }
}

let watching = false

/** Begins with empty books. */
export const openBooks = (): Books => {
  if (!watching) {
    watching = true
    // an end that calls, or is called, asks for the time or opens a call
    for (const method of ['send', 'sendOpen', 'now']) watch(Calls.prototype, method, calls)
    watch(Continuity.prototype, 'attach', sessions)
  }
  calls.clear()
  sessions.clear()
  return {
    calls: () =>
      [...calls].flatMap(each =>
        each.size + each.partial === 0 ? [] : [`${each.size} calls, ${each.partial} bytes in parts`],
      ),
    kept: () =>
      [...sessions].reduce((sum, session) => sum + (session as unknown as { log: { bytes: number } }).log.bytes, 0),
  }
}

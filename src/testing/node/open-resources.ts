import { pause } from '../conformance/waiting.js'

/** What keeps this process from ending, by kind: `{ TCPSocketWrap: 2, Timeout: 1 }`. */
export type OpenResources = Readonly<Record<string, number>>

/** Counts what keeps this process from ending: sockets, servers, pipes, timers, children. */
export const openResources = (): OpenResources => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const added = (before: OpenResources): readonly string[] =>
  Object.entries(openResources()).flatMap(([kind, count]) => {
    const more = count - (before[kind] ?? 0)
    return more > 0 ? [`${more} ${kind}`] : []
  })

/**
 * Fails when this process holds more open than it did before. What is being closed has a moment for it.
 *
 * @param before - what {@link openResources} gave
 * @param ms - how long it may take, in milliseconds; default 3,000
 * @throws Error that names what is still open
 */
export const assertClosed = async (before: OpenResources, ms = 3_000): Promise<void> => {
  const limit = Date.now() + ms
  for (;;) {
    // the wait is a timer of its own: it is over when this looks
    const more = added(before)
    if (more.length === 0) return
    if (Date.now() > limit) throw new Error(`still open: ${more.join(', ')}: close what the test has opened`)
    await pause(10)
  }
}

/** Longest message that is sent over a WebSocket, in bytes: bytes have no borders, so what is longer goes as several. */
export const longestMessage = 1024 * 1024

/** Says that this half is over; a WebSocket knows only an end of both. */
export const endOfHalf = new Uint8Array(0)

/** What a WebSocket is closed with once a pipe is over on both sides. */
export const normalClosure = 1000

/**
 * Going away: a server that shuts down, or a page that is left, for which its browser says so. Nobody comes back to what was open
 * in a page.
 */
export const goingAway = 1001

/** Orderly ways of closing: done, going away, without a reason. */
export const orderly: ReadonlySet<number> = new Set([normalClosure, goingAway, 1005])

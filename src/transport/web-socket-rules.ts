/** Longest message that is sent over a WebSocket, in bytes: bytes have no borders, so what is longer goes as several. */
export const longestMessage = 1024 * 1024

/** Says that this half is over; a WebSocket knows only an end of both. */
export const endOfHalf = new Uint8Array(0)

/** What a WebSocket is closed with once a pipe is over on both sides. */
export const normalClosure = 1000

/** What a page closes with that is left for good: nobody will come back for what was open. */
export const leftForGood = 4001

/** Orderly ways of closing: done, going away (a page that is left), without a reason. */
export const orderly: ReadonlySet<number> = new Set([normalClosure, 1001, 1005])

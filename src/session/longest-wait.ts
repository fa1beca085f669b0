/**
 * The longest time that a platform's timer can wait: one that is asked for more rings at once, again and again.
 *
 * @returns so many milliseconds, or 2^31 - 1
 */
export const longestWait = (ms: number): number => Math.min(ms, 0x7fff_ffff)

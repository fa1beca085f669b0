/**
 * Random numbers, 0 to 1 without the 1, that are the same for the same seed (xorshift32).
 *
 * @param seed - a whole number; 0 counts as 1
 */
export const seeded = (seed: number): (() => number) => {
  // neighbouring seeds are to have nothing in common
  let state = Math.imul(seed === 0 ? 1 : seed, 0x9e37_79b9)
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Random numbers that are the same whenever the seed is (mulberry32). */
export interface Chance {
  /** 0 to 1. */
  (): number
  /** A whole number from `from` up to and without `to`. */
  readonly int: (from: number, to: number) => number
  /** True that often, 0 to 1. */
  readonly is: (probability: number) => boolean
  readonly pick: <T>(choices: readonly T[]) => T
  readonly bytes: (size: number) => Uint8Array
}

export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from))
  return Object.assign(next, {
    int,
    is: (probability: number) => next() < probability,
    pick: <T>(choices: readonly T[]): T => choices[int(0, choices.length)] as T,
    bytes: (size: number) => Uint8Array.from({ length: size }, () => int(0, 256)),
  })
}

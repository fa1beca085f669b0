/**
 * Which messages, or bytes, a fault strikes: one by its number, counted from 1, several, or those of which a function
 * says so. A function is asked once for each, in order.
 */
export type Which<T> = number | readonly number[] | ((value: T, nth: number) => boolean)

/** Counts what comes, and says of each whether it is struck. */
export const strikes = <T>(which: Which<T>): ((value: T) => boolean) => {
  let nth = 0
  if (typeof which === 'function') return value => which(value, ++nth)
  const numbers = new Set(typeof which === 'number' ? [which] : which)
  return () => numbers.has(++nth)
}

/**
 * Strikes by chance: `drop(byChance(0.1, chance))` loses about every tenth message.
 *
 * @param share - how many of them, 0 to 1
 * @param chance - random numbers, 0 to 1: `chance` of a marble test, which is the same in every run, or {@link seeded}
 */
export const byChance =
  (share: number, chance: () => number): ((value: unknown, nth: number) => boolean) =>
  () =>
    chance() < share

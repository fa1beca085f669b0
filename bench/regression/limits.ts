/** What a thing cost at least, in microseconds of processor time. */
export interface Costs {
  /** A request and its answer, written and read by hand. */
  readonly hand: number
  readonly call: number
  readonly item: number
  readonly chunk: number
}

/** What has a limit: how often the cost of a message by hand. */
export interface Limit {
  readonly what: 'call' | 'item' | 'chunk'
  /** What was measured when the limit was set. */
  readonly usual: number
  /** More than that is a loss. */
  readonly most: number
}

/** Beyond the usual by three fifths: runs differ by a third, and what costs twice as much is to be found out. */
const withRoom = (what: Limit['what'], usual: number): Limit => ({
  what,
  usual,
  most: usual * 1.6,
})

/**
 * Chunks too are held against a message by hand: a copy of one by hand is no yardstick, since it takes 0.55 us in one process and 0.75 us
 * in the next, as its two buffers happen to lie.
 */
export const limits: readonly Limit[] = [withRoom('call', 9), withRoom('item', 0.5), withRoom('chunk', 17)]

/** The lesser of two counts, thing by thing: noise only adds. */
export const lesser = (a: Costs, b: Costs): Costs => ({
  hand: Math.min(a.hand, b.hand),
  call: Math.min(a.call, b.call),
  item: Math.min(a.item, b.item),
  chunk: Math.min(a.chunk, b.chunk),
})

/** One limit, and what was found. */
export interface Finding extends Limit {
  readonly found: number
}

/** Holds costs against the limits. */
export const findings = (costs: Costs): readonly Finding[] =>
  limits.map(limit => ({ ...limit, found: costs[limit.what] / costs.hand }))

/** Tells of each loss, or nothing. */
export const losses = (found: readonly Finding[]): readonly string[] =>
  found
    .filter(({ found, most }) => !(found <= most))
    .map(
      ({ what, found, usual, most }) =>
        `a ${what} costs ${found.toFixed(1)} times as much as a message by hand, ` +
        `usually ${usual}, at most ${most.toFixed(1)}: see "What must not get slower" in bench/README.md`,
    )

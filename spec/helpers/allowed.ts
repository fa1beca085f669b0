import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'

/** How many processes want a core right now, where that can be known. */
const runnable = (): number => {
  try {
    return Number(/(\d+)\/\d+/.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** A machine that is slower than this is not waited for. */
const mostSlowdown = 20

/** By how much everything takes longer than on a machine with a core for each who wants one; 1 there, and never less. */
export const slowdown = (wanted: number, cores: number): number => Math.min(mostSlowdown, Math.max(1, wanted / cores))

/**
 * How long something may take that takes at most `ms` on a machine with nothing else to do.
 *
 * Asked at the end of what is measured: a limit is as strict as it says where nobody is in the way, and in proportion where many
 * share the cores. So a spec that fails says something of the code.
 */
export const allowed = (ms: number): number =>
  ms * slowdown(Math.max(loadavg()[0] ?? 0, runnable()), availableParallelism())

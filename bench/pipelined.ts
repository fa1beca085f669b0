import type { Figure, Scenario } from './harness/figure.js'
import { interleaved } from './harness/rounds.js'

/** How many calls a second, with 64, 256 and 1,024 in flight, and what each costs both processes together. */
export const scenario: Scenario = {
  name: 'pipelined',
  run: async options => {
    const figures: Figure[] = []
    for (const inFlight of [64, 256, 1024]) {
      const found = await interleaved('pipelined', options, { _tag: 'calls', inFlight }, [
        { metric: `calls, ${inFlight} in flight`, unit: '1/s', from: run => (run.count / run.elapsedMs) * 1000 },
        { metric: `CPU of both ends, ${inFlight} in flight`, unit: 'us/call', from: run => run.cpuUs / run.count },
      ])
      figures.push(...found)
    }
    return figures
  },
}

import type { Scenario } from './harness/figure.js'
import { interleaved } from './harness/rounds.js'

/** How many small items a second come over one stream. */
export const scenario: Scenario = {
  name: 'stream',
  run: options =>
    interleaved('stream', options, { _tag: 'stream' }, [
      { metric: 'items', unit: '1/s', from: run => (run.count / run.elapsedMs) * 1000 },
      { metric: 'CPU of both ends', unit: 'us/item', from: run => run.cpuUs / run.count },
    ]),
}

import type { Scenario } from './harness/figure.js'
import { interleaved } from './harness/rounds.js'
import { echoSize } from './harness/workload.js'

/** How fast a message of 1 MiB goes there and comes back, one at a time. */
export const scenario: Scenario = {
  name: 'big',
  run: options =>
    interleaved('big', options, { _tag: 'big' }, [
      { metric: '1 MiB there and back', unit: 'MB/s', from: run => (2 * run.count * echoSize) / run.elapsedMs / 1000 },
      { metric: 'CPU of both ends', unit: 'us/echo', from: run => run.cpuUs / run.count },
    ]),
}

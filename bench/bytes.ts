import type { Scenario } from './harness/figure.js'
import { interleaved } from './harness/rounds.js'
import { chunkSize } from './harness/workload.js'

/** How many megabytes a second come over one stream of 64 KiB chunks. */
export const scenario: Scenario = {
  name: 'bytes',
  run: options =>
    interleaved('bytes', options, { _tag: 'bytes' }, [
      { metric: '64 KiB chunks', unit: 'MB/s', from: run => (run.count * chunkSize) / run.elapsedMs / 1000 },
      { metric: 'CPU of both ends', unit: 'us/chunk', from: run => run.cpuUs / run.count },
    ]),
}

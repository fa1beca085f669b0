import type { Scenario } from './harness/figure.js'
import { interleaved } from './harness/rounds.js'

/** How long one call takes, with one in flight and both ends on one core. */
export const scenario: Scenario = {
  name: 'latency',
  run: options =>
    interleaved(
      'latency',
      options,
      { _tag: 'latency' },
      [
        { metric: 'p50', unit: 'us', from: measured => measured.p50 ?? NaN },
        { metric: 'p99', unit: 'us', from: measured => measured.p99 ?? NaN },
      ],
      { oneCore: true },
    ),
}

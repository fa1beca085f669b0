import type { Figure, Scenario } from './harness/figure.js'
import type { Measured } from './harness/messages.js'
import { type Pair, startPair } from './harness/pair.js'
import { type Metric, median, withRatios } from './harness/rounds.js'

/** 256 MiB. */
const messages = 64

const metrics: readonly Metric[] = [
  { metric: 'small calls, p50', unit: 'us', from: run => run.p50 ?? NaN },
  { metric: 'small calls, p99', unit: 'us', from: run => run.p99 ?? NaN },
  { metric: '4 MiB messages', unit: 'MB/s', from: run => (run.count * 4.194304 * 1000) / run.elapsedMs },
]

/**
 * How long small calls take, one at a time, while 256 MiB come in messages of 4 MiB. The floor sends its messages in parts of
 * 64 KiB, each when the one before has drained, and puts them together: a bare fragmenting loop.
 *
 * `bare fragments` is the loop that sluice is held against; the floor also knows the sizes beforehand, and reads into one
 * buffer again and again.
 */
export const scenario: Scenario = {
  name: 'fairness',
  run: async options => {
    const pairs: Array<{ readonly subject: string; readonly pair: Pair; readonly runs: Measured[] }> = []
    const operation = { _tag: 'fairness' } as const
    try {
      for (const subject of options.subjects.filter(({ scenarios }) => scenarios.includes('fairness')))
        pairs.push({ subject: subject.name, pair: await startPair(subject, false), runs: [] })
      for (const { pair } of pairs) await pair.run(operation, messages)
      for (let round = 0; round < options.rounds; round++)
        for (const { pair, runs } of pairs) runs.push(await pair.run(operation, messages))
    } finally {
      await Promise.all(pairs.map(({ pair }) => pair.stop()))
    }
    const figures: Figure[] = pairs.flatMap(({ subject, runs }) =>
      metrics.map(({ metric, unit, from }) => {
        const value = median(runs.map(from))
        return { scenario: 'fairness', subject, metric, value, unit }
      }),
    )
    return withRatios(figures)
  },
}

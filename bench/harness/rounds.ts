import type { Figure, Options, Subject } from './figure.js'
import type { Measured, Operation } from './messages.js'
import { type Pair, startPair } from './pair.js'

/** One column of figures: what it is called, and how it follows from a run. */
export interface Metric {
  readonly metric: string
  readonly unit: string
  readonly from: (measured: Measured) => number
}

/** How {@link interleaved} measures. */
export interface Manner {
  /** Both processes on the first core, where the system has `taskset`. */
  readonly oneCore?: boolean
  /** The subject that others are held against; `floor` unless told. */
  readonly base?: string
}

/** The middle one of some numbers; of an even count the mean of the two. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/**
 * Adds to each figure its ratio to the floor's figure of the same metric.
 *
 * @param base - what the scenario has for a floor
 */
export const withRatios = (figures: readonly Figure[], base = 'floor'): readonly Figure[] =>
  figures.map(figure => {
    const floor = figures.find(
      other => other.subject === base && other.metric === figure.metric && other.scenario === figure.scenario,
    )
    return floor === undefined ? figure : { ...figure, ratioToFloor: figure.value / floor.value }
  })

/**
 * Measures one operation for every subject that can do the scenario: A B C, A B C, and so on, so that what the machine
 * does meanwhile falls on all alike. The processes live through all rounds; the first trial run warms them up.
 *
 * @returns for each subject and metric the median, with its ratio to the floor's
 */
export const interleaved = async (
  scenario: string,
  options: Options,
  operation: Operation,
  metrics: readonly Metric[],
  { oneCore = false, base = 'floor' }: Manner = {},
): Promise<readonly Figure[]> => {
  const pairs: Array<{ readonly subject: Subject; readonly pair: Pair; readonly count: number }> = []
  const runs = new Map<Subject, Measured[]>()
  try {
    for (const subject of options.subjects.filter(({ scenarios }) => scenarios.includes(scenario))) {
      const pair = await startPair(subject, oneCore)
      pairs.push({ subject, pair, count: 0 })
      pairs[pairs.length - 1] = { subject, pair, count: await pair.prepare(operation, options.durationMs) }
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const { subject, pair, count } of pairs) {
        const measured = await pair.run(operation, count)
        runs.set(subject, [...(runs.get(subject) ?? []), measured])
      }
    }
  } finally {
    await Promise.all(pairs.map(({ pair }) => pair.stop()))
  }
  return withRatios(
    pairs.flatMap(({ subject }) =>
      metrics.map(({ metric, unit, from }) => {
        const value = median((runs.get(subject) ?? []).map(from))
        return { scenario, subject: subject.name, metric, value, unit }
      }),
    ),
    base,
  )
}

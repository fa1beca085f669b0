import type { Scenario } from './harness/figure.js'
import { findings } from './regression/limits.js'
import { measureCosts } from './regression/run-measure.js'

/**
 * What a call, an item and a chunk cost with both ends in one process, by what a loop by hand costs there: the figures that
 * spec/bench/regression.spec.ts holds against their limits.
 */
export const scenario: Scenario = {
  name: 'regression',
  run: ({ rounds, subjects }) => {
    if (!subjects.some(({ name }) => name === 'sluice')) return Promise.resolve([])
    const costs = measureCosts(Math.max(rounds, 15))
    const figures = findings(costs).flatMap(({ what, found, most }) => {
      const metric = `CPU, one ${what}`
      const unit = `us, of at most ${most.toFixed(1)} by hand`
      return [
        { scenario: 'regression', subject: 'floor', metric, value: costs.hand, unit, ratioToFloor: 1 },
        { scenario: 'regression', subject: 'sluice', metric, value: costs[what], unit, ratioToFloor: found },
      ]
    })
    return Promise.resolve(figures)
  },
}

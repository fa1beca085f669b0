import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Costs } from './codec/measure.js'
import type { Figure, Scenario } from './harness/figure.js'
import { median } from './harness/rounds.js'

const floor = 'JSON, no validation'

/**
 * What it costs to write, read and validate a typical message, by `JSON.stringify` and `JSON.parse` of it without any
 * validation; and what a handshake of a hundred methods costs.
 */
export const scenario: Scenario = {
  name: 'codec',
  run: options => {
    const file = options.fileOf(fileURLToPath(new URL('codec/measure.ts', import.meta.url)))
    const duration = Math.max(50, options.durationMs / 5)
    const output = execFileSync(process.execPath, [file, String(Math.max(options.rounds, 5)), String(duration)])
    return Promise.resolve(figuresOf(JSON.parse(output.toString()) as Costs))
  },
}

const figuresOf = ({ equal = [], differ = [], compile = [], ...ways }: Costs): readonly Figure[] => {
  const base = ways[floor] ?? []
  const messages = Object.entries(ways).map(([subject, costs]): Figure => {
    // each round against the floor's of the same round: what the machine does meanwhile falls on both
    const ratios = costs.map((cost, round) => cost / (base[round] ?? NaN))
    return {
      scenario: 'codec',
      subject,
      metric: 'write, read and validate a message',
      value: median(costs),
      unit: 'ns',
      ratioToFloor: median(ratios),
    }
  })
  const handshake = (metric: string, costs: readonly number[]): Figure => ({
    scenario: 'codec',
    subject: 'generated code',
    metric,
    value: median(costs) / 1e6,
    unit: 'ms of CPU',
  })
  return [
    ...messages,
    handshake('handshake of 100 methods, fingerprints equal', equal),
    handshake('handshake of 100 methods, fingerprints differ', differ),
    handshake('compile a contract of 100 methods', compile),
  ]
}

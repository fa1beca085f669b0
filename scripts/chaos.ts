import { parseArgs } from 'node:util'
import { describeSum, runMany } from '../spec/chaos/run.js'

/** `npm run chaos -- --runs N --seed S`: two ends over a wire that is cut again and again, in virtual time. */
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const runs = Number(values.runs ?? 20_000)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
console.log(`${runs} runs from seed ${seed}`)
const start = performance.now()
const sum = runMany(runs, seed)
for (const line of describeSum(sum)) console.log(line)
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`)
process.exitCode = sum.failure === undefined ? 0 : 1

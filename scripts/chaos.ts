import { parseArgs } from 'node:util'
import { fuzz } from '../spec/hostile/fuzz.js'
import { describeSum, runMany } from '../spec/chaos/run.js'

/**
 * `npm run chaos -- --runs N --seed S`: two ends over a wire that is cut again and again, in virtual time.
 *
 * With `--bytes N` also that many byte strings, mutated and random, through the decoder and the session.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, bytes: { type: 'string' } },
})
const runs = Number(values.runs ?? 20_000)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
console.log(`${runs} runs from seed ${seed}`)
const start = performance.now()
// first: the model of the chaos keeps hold of every connection that it has seen
const strings = Number(values.bytes ?? 0)
if (strings > 0) {
  Error.stackTraceLimit = 0
  const report = fuzz(strings, seed)
  console.log(
    `${report.strings} byte strings: ${report.pastFirstFrame} got past the first frame, ${report.sessions} to a session`,
  )
  console.log(`ended: ${JSON.stringify(report.ends)}; ${report.open.length} did not end`)
}
const sum = runMany(runs, seed)
for (const line of describeSum(sum)) console.log(line)
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`)
process.exitCode = sum.failure === undefined ? 0 : 1

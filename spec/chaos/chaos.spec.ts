import test from 'ava'
import { pause } from '../helpers/processes.js'
import { describeSum, runMany, runOnce } from './run.js'

test('everything that is sent arrives once and in order or is reported, nothing hangs, the books are empty', async t => {
  t.timeout(240_000)
  // ava hears of the time-out only when this process has a moment
  await pause(10)
  const sum = runMany(2_200, 1)
  const lines = describeSum(sum)
  for (const line of lines) t.log(line)
  t.is(sum.failure, undefined, lines.join('\n'))
  // a quiet run would prove nothing
  t.is(sum.runs, 2_200)
  t.true(sum.resumed >= 5_000, `${sum.resumed} sessions were resumed`)
  t.true(sum.lost >= 200, `${sum.lost} sessions were lost`)
  t.true(sum.cutsInsideFrames >= 1_000, `${sum.cutsInsideFrames} cuts fell inside a frame`)
})

test('a seed tells the same story each time, with its frames where they are asked for', t => {
  const [first, again] = [runOnce(7, true), runOnce(7, true)]
  t.deepEqual(first, again)
  t.regex(first.diagrams[0]!, /^client: H/)
  t.is(first.diagrams.length, 2)
})

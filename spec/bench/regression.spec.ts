import test from 'ava'
import { findings, lesser, limits, losses } from '../../bench/regression/limits.js'
import { measureCosts } from '../../bench/regression/run-measure.js'

test('calls, items and chunks cost no more than they did, by a loop by hand in the same run', t => {
  t.timeout(120_000)
  let costs = measureCosts(15)
  // what others do meanwhile may look like a loss
  for (let again = 0; again < 4 && losses(findings(costs)).length > 0; again++) costs = lesser(costs, measureCosts(15))
  t.log(
    ...findings(costs).map(({ what, found, most }) => `${what}: ${found.toFixed(1)} of at most ${most.toFixed(1)};`),
  )
  t.deepEqual(losses(findings(costs)), [])
})

test('what costs twice the usual is a loss, and what costs half as much again is not', t => {
  const costing = (share: number) => {
    const [call = 0, item = 0, chunk = 0] = (['call', 'item', 'chunk'] as const).map(
      name => share * limits.find(({ what }) => what === name)!.usual,
    )
    return losses(findings({ hand: 1, call, item, chunk }))
  }
  t.is(costing(2).length, limits.length)
  t.deepEqual(costing(1.5), [])
  t.regex(costing(2)[0]!, /^a call costs .* at most .*: see "What must not get slower" in bench\/README\.md$/)
  t.is(costing(NaN).length, limits.length)
})

test('of two counts the lesser stands, thing by thing', t => {
  t.deepEqual(lesser({ hand: 1, call: 3, item: 4, chunk: 5 }, { hand: 2, call: 2, item: 5, chunk: 4 }), {
    hand: 1,
    call: 2,
    item: 4,
    chunk: 4,
  })
})

import test from 'ava'
import { mergeMap, tap } from 'rxjs'
import { peer, type Transport } from 'sluice'
import { asRecorded, conversation, marbles, replayAgainst, several } from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'

// Recorded by the end that dialled: 7 calls. A diagram begins with its call.
const recorded = conversation({ uses: Kitchen }, [
  {
    method: 'greet',
    at: 20,
    input: 'Ann',
    outputs: '25ms (a|)',
    values: { a: 'hello, Ann' },
    timeout: 5000,
    metadata: { trace: 'xyz' },
  },
  { method: 'bake', at: 46, input: -3, outputs: '19ms #', failure: { _tag: 'OutOfBread', left: 3 }, timeout: 5000 },
  { method: 'ticks', at: 66, input: 3, outputs: '24ms a----b----(c|)', values: { a: 0, b: 1, c: 2 } },
  {
    method: 'ticks',
    at: 66,
    input: 100,
    outputs: '24ms a----b----c----d----e----f----g',
    values: { a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6 },
    cancelledAfter: 37,
  },
  { method: 'weigh', at: 66, inputs: '20ms (a|)', outputs: '39ms (b|)', values: { a: several(1, 2, 3), b: 6 } },
  {
    method: 'chat',
    at: 106,
    inputs: '20ms (a|)',
    outputs: '39ms (b|)',
    values: { a: several('a', 'b'), b: several('A', 'B') },
  },
  { method: 'shout', at: 146, input: 'hey' },
])

// does what was recorded, in place of the code under test: put that here
const underTest = asRecorded(recorded, 'dialled', [Kitchen])

test('greet, bake, ticks, weigh and 2 more go as recorded', t => {
  const outcomes: string[] = []
  marbles(t, ({ random, run }) => {
    const end = (pipes$: Transport) => pipes$.pipe(peer({ uses: Kitchen, random }), mergeMap(underTest))
    run(replayAgainst(end, recorded, { plays: 'accepted' }).pipe(tap(outcome => outcomes.push(outcome))))
  })
  t.deepEqual(outcomes, ['as recorded'])
})

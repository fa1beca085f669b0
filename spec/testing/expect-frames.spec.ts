import test from 'ava'
import { TestScheduler } from 'rxjs/testing'
import { draw, letters, type ExpectFrames, type Seen } from 'sluice/testing'
import { frameExpectations } from '../../src/testing/expect-frames.js'
import { openFrame } from '../../src/testing/open-frame.js'
import type { Frame } from '../../src/wire/frame.js'

const payload = new Uint8Array(0)
const open = (id: number, method = 0): Frame => openFrame(id, method, payload)
const at = (time: number, frame: Frame): Seen => ({ at: time, frame })

type Values = Parameters<ReturnType<ExpectFrames>['toBe']>[1]

/** What a check complains of: actual and expected of each comparison that fails. */
const complaints = (seen: readonly Seen[], diagram: string, values?: Values) => {
  const found: [unknown, unknown][] = []
  const { expectFrames, check } = frameExpectations((actual, expected) => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) found.push([actual, expected])
  })
  // a column is a millisecond under `run`
  new TestScheduler(() => undefined).run(() => expectFrames({ seen }).toBe(diagram, values))
  check()
  return found
}

test('each kind of frame has a letter of its own', t => {
  const all = Object.values(letters)
  t.is(new Set(all).size, all.length)
  for (const letter of all) t.regex(letter, /^[^-()|#^!\s\d]$/, 'marble diagrams have a use of their own for it')
})

test('draws moments as columns, and longer gaps as times', t => {
  t.is(draw([]), '')
  t.is(draw([{ at: 0, letter: 'H' }]), 'H')
  t.is(draw([0, 1, 4].map(time => ({ at: time, letter: 'N' }))), 'NN--N')
  t.is(
    draw([
      { at: 3, letter: 'O' },
      { at: 10, letter: 'R' },
    ]),
    '---O 6ms R',
  )
})

test('draws what leaves in one moment in parentheses', t => {
  const marks = [
    { at: 2, letter: 'O' },
    { at: 2, letter: 'O' },
    { at: 2, letter: '|' },
    { at: 8, letter: 'G' },
  ]
  t.is(draw(marks), '--(OO|)-G')
})

test('writes the time out where a group leaves no room for what follows it', t => {
  const marks = [
    { at: 0, letter: 'O' },
    { at: 0, letter: 'O' },
    { at: 1, letter: 'R' },
  ]
  t.is(draw(marks), '(OO) (at 1ms) R')
})

test('what was sent as expected is not complained of, however the diagram is spaced', t => {
  const seen = [at(0, open(1)), at(10, { _tag: 'Reply', id: 1, payload }), { at: 12, end: 'complete' } as const]
  for (const diagram of ['O 9ms R-|', '  O---------R-|', 'O - 8ms R 1ms |', 'O--- 6ms R-|'])
    t.deepEqual(complaints(seen, diagram), [])
  t.deepEqual(complaints([{ at: 3, end: 'error' }], '---#'), [])
})

test('complains in one line of diagrams: what was sent, and what was expected', t => {
  const seen = [at(0, open(1)), at(10, { _tag: 'Reply', id: 1, payload })]
  t.deepEqual(complaints(seen, 'O 9ms F'), [['O 9ms R', 'O 9ms F']])
  t.deepEqual(complaints(seen, 'O 10ms R'), [['O 9ms R', 'O 10ms R']])
  t.deepEqual(complaints(seen, 'O'), [['O 9ms R', 'O']])
  t.deepEqual(complaints([], 'O'), [['', 'O']])
  t.deepEqual(complaints(seen, ''), [['O 9ms R', '']])
  t.deepEqual(complaints([{ at: 1, end: 'error' }], '-|'), [['-#', '-|']])
})

test('complains of frames in another order within a moment', t => {
  const seen = [at(0, open(1)), at(0, { _tag: 'Cancel', id: 1 })]
  t.deepEqual(complaints(seen, '(OX)'), [])
  t.deepEqual(complaints(seen, '(XO)'), [['(OX)', '(XO)']])
})

test('looks at the fields that are named, in every frame of a letter or in each in turn', t => {
  const seen = [at(0, open(1, 4)), at(1, open(3, 4)), at(2, { _tag: 'Cancel', id: 3 })]
  t.deepEqual(complaints(seen, 'OOX', { O: { method: 4 } }), [])
  t.deepEqual(complaints(seen, 'OOX', { O: [{ id: 1 }, { id: 3, method: 4 }], X: { id: 3 } }), [])
  t.deepEqual(complaints(seen, 'OOX', { X: { id: 1 } }), [[[{ id: 3 }], [{ id: 1 }]]])
  t.is(complaints(seen, 'OOX', { O: { method: 5 } }).length, 1)
  t.is(complaints(seen, 'OOX', { O: [{ id: 1 }] }).length, 1)
  t.is(complaints(seen, 'OOX', { O: [{ id: 3 }, { id: 1 }] }).length, 1)
  t.is(complaints(seen, 'OOX', { R: [{ id: 1 }] }).length, 1)
})

test('checks nothing twice, and nothing before it is told to', t => {
  let compared = 0
  const { expectFrames, check } = frameExpectations(() => compared++)
  expectFrames({ seen: [] }).toBe('')
  t.is(compared, 0)
  check()
  check()
  t.is(compared, 1)
})

import test from 'ava'
import fc from 'fast-check'
import { TestScheduler } from 'rxjs/testing'
import { draw } from 'sluice/testing'
import { gapOf, parse, piecesOf } from '../../src/testing/diagram.js'

/** What rxjs itself reads in a diagram, under `run`. */
const asRxjsReads = (diagram: string) => {
  let marks: unknown[] = []
  new TestScheduler(() => undefined).run(() => {
    marks = TestScheduler.parseMarbles(diagram, undefined, undefined, false, true).map(({ frame, notification }) => ({
      at: frame,
      letter: notification.kind === 'N' ? notification.value : notification.kind === 'C' ? '|' : '#',
    }))
  })
  return marks
}

const letter = fc.constantFrom(...Array.from('HVOabc+~|#9'))
const piece = fc.oneof(
  letter,
  fc.constantFrom('-', '--', ' ', '   ', '-- '),
  fc.array(letter, { minLength: 1, maxLength: 4 }).map(letters => `(${letters.join('')})`),
  fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom('ms', 's', 'm')).map(([n, unit]) => ` ${n}${unit} `),
  fc.constant(' 2.5s '),
)

test('reads a diagram as rxjs does', t => {
  for (const diagram of ['', 'a', '--a', '10ms a', ' 10ms a-(bc) 1s d|', 'O 9ms R-|', '1-2-3', '4 9ms 3', 'a 10ms'])
    t.deepEqual(parse(diagram), asRxjsReads(diagram), diagram)
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const diagram = pieces.join('')
      t.deepEqual(parse(diagram), asRxjsReads(diagram), diagram)
    }),
  )
})

test('a column is a millisecond outside of a marble test as well', t => {
  t.deepEqual(parse('--a 10ms b'), [
    { at: 2, letter: 'a' },
    { at: 13, letter: 'b' },
  ])
})

test('what it draws reads as the same marks', t => {
  const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom(...Array.from('HVONRC+~|'))), {
    maxLength: 9,
  })
  fc.assert(
    fc.property(gaps, steps => {
      let at = 0
      const marks = steps.map(([gap, letter]) => ({ at: (at += gap), letter }))
      const drawn = draw(marks)
      t.deepEqual(parse(drawn), marks, drawn)
    }),
  )
})

test('names the column and the diagram of what it cannot read', t => {
  for (const [diagram, column] of [
    ['a-(bc', 3],
    ['a)', 2],
    ['[O', 1],
    ['a]', 2],
    ['((a))', 1],
    ['(a-b)', 1],
    ['a-^', 3],
    ['a!', 2],
  ] as const)
    t.throws(() => parse(diagram), { message: new RegExp(`column ${column} of the diagram`) }, diagram)
  t.throws(() => parse('[O]R'), { message: /only a script waits/ })
})

test('a time by the clock tells what comes sooner than the columns of a group let it', t => {
  const marks = ['N', 'C', '#'].map((letter, i) => ({ at: 5 + Math.floor(i / 2), letter }))
  t.is(draw(marks), '-----(NC) (at 6ms) #')
  t.deepEqual(parse('-----(NC)(at 6ms)#'), marks)
})

test('letters in brackets take no time', t => {
  t.deepEqual(piecesOf('[O +] 5ms (NC)'), [
    { _tag: 'Awaited', letters: ['O', '+'], place: 0 },
    { _tag: 'Gap', ms: 5 },
    { _tag: 'Letters', letters: ['N', 'C'], width: 4 },
  ])
})

test('few milliseconds are dashes, more are written out', t => {
  t.deepEqual([0, 1, 5, 6, 2_500].map(gapOf), ['', '-', '-----', ' 6ms ', ' 2500ms '])
})

import test from 'ava'
import { Subject } from 'rxjs'
import { memoryPair, type Frame, type Pipe } from 'sluice'
import { cutAt, marbles } from 'sluice/testing'
import { written } from '../../wire/arbitrary-frame.js'
import { through } from './through.js'

const text = Uint8Array.from({ length: 12 }, (_, i) => i + 1)

test('cuts behind each byte, wherever the chunks were cut: all before it comes in, nothing after it, nothing goes out', t => {
  for (let byte = 0; byte <= text.length; byte++)
    for (const chunks of [[text], [text.subarray(0, 5), text.subarray(5)], Array.from(text, b => Uint8Array.of(b))]) {
      const { near, far } = through(cutAt({ byte }), chunks)
      t.deepEqual([near.slice(0, -1).flat(), near.at(-1)], [[...text.subarray(0, byte)], 'end'])
      t.deepEqual(far, [])
    }
})

test('a cut behind more than comes in cuts nothing', t => {
  for (const cut of [{ byte: text.length + 1 }, { frame: 13 }]) {
    const { near, far } = through(cutAt(cut), [text])
    t.deepEqual(near, [[...text]])
    t.deepEqual(far, [[99]])
  }
})

test('a cut may look like a reset instead of an end', t => {
  const { near, far } = through(cutAt({ byte: 3 }, 'reset'), [text])
  t.deepEqual(near, [[1, 2, 3], 'reset'])
  t.deepEqual(far, [])
})

const frames: readonly Frame[] = [
  { _tag: 'Ping', token: 7 },
  { _tag: 'Reply', id: 3, payload: new Uint8Array(200).fill(1) },
  { _tag: 'Cancel', id: 3 },
]

test('cuts behind each frame, in the middle of a chunk too', t => {
  const parts = frames.map(frame => written(frame))
  const whole = written(...frames)
  for (let frame = 0; frame <= frames.length; frame++) {
    const left = written(...frames.slice(0, frame))
    for (const chunks of [[whole], parts, Array.from(whole, byte => Uint8Array.of(byte))]) {
      const { near, far } = through(cutAt({ frame }), chunks)
      t.deepEqual([near.slice(0, -1).flat(), near.at(-1)], [[...left], 'end'])
      t.deepEqual(far, [])
    }
  }
})

test('on a pipe of frames each value is one', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const source = cold('-a-b-c|', { a: frames[0]!, b: frames[1]!, c: frames[2]! })
    const expected = '   -a-(b|)'
    const { dialled } = memoryPair<Frame>()
    expectObservable(cutAt({ frame: 2 })({ ...dialled, incoming: source }).incoming).toBe(expected, {
      a: frames[0]!,
      b: frames[1]!,
    })
  })
})

for (const [what, cutOf] of [
  ['at the first letter of a diagram', () => cutAt('----x--x')],
  [
    'at the first value of an Observable',
    ({ cold }: Parameters<Parameters<typeof marbles>[1]>[0]) => cutAt({ when: cold('----x--x') }),
  ],
] as const)
  test(`cuts ${what}`, t => {
    marbles(t, helpers => {
      const { hot, cold, expectObservable, expectSubscriptions } = helpers
      const source = hot('  -a-b-c-', { a: text, b: text, c: text })
      const expected = '    -a-b|  '
      const subscription = '^---!  '
      const pipe: Pipe = { end: 'dialled', incoming: source, outgoing: new Subject(), writable: cold('a', { a: true }) }
      const out = new Subject<Uint8Array>()
      const cut = cutOf(helpers)({ ...pipe, outgoing: out })
      hot('                 --x--yz', { x: text, y: text, z: text }).subscribe(bytes => cut.outgoing.next(bytes))
      expectObservable(out).toBe('--x', { x: text })
      expectObservable(cut.incoming).toBe(expected, { a: text, b: text })
      expectSubscriptions(source.subscriptions).toBe(subscription)
    })
  })

test('refuses a diagram that cannot be read where it is written', t => {
  t.throws(() => cutAt('--(x'), { message: /column 3 of the diagram '--\(x'/ })
})

test('ends and errors of the pipe pass a cut that has not struck, and so do our own', t => {
  t.deepEqual(through(cutAt({ byte: 100 }), [text], 'complete').near, [[...text], 'end'])
  t.deepEqual(through(cutAt({ byte: 100 }), [text], 'error').near, [[...text], 'reset'])
  for (const how of ['complete', 'error'] as const) {
    const outgoing = new Subject<Uint8Array>()
    const seen: unknown[] = []
    outgoing.subscribe({ error: (error: unknown) => seen.push(error), complete: () => seen.push('complete') })
    const { dialled } = memoryPair()
    const cut = cutAt({ byte: 5 })({ ...dialled, outgoing })
    if (how === 'complete') cut.outgoing.complete()
    else cut.outgoing.error('broken')
    t.deepEqual(seen, [how === 'complete' ? 'complete' : 'broken'])
  }
})

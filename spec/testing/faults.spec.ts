import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { Subject, throwError, VirtualTimeScheduler } from 'rxjs'
import { memoryPair, type Layer, type Pipe, type PipeError } from 'sluice'
import { cutAt, marbles, split } from 'sluice/testing'

const text = Uint8Array.from({ length: 12 }, (_, i) => i + 1)

/** What comes in at the dialled end below a fault, and what arrives at the other, when both have said these chunks. */
const through = (fault: Layer<Uint8Array, Uint8Array>, chunks: readonly Uint8Array[]) => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const pipe = fault(dialled)
  const near: unknown[] = []
  const far: unknown[] = []
  const into = (seen: unknown[]) => ({
    next: (bytes: Uint8Array) => seen.push([...bytes]),
    error: (error: unknown) => seen.push((error as PipeError).why),
    complete: () => seen.push('end'),
  })
  pipe.incoming.subscribe(into(near))
  accepted.incoming.subscribe(into(far))
  for (const chunk of chunks) accepted.outgoing.next(chunk)
  scheduler.flush()
  pipe.outgoing.next(Uint8Array.of(99))
  scheduler.flush()
  return { near, far }
}

test('cuts behind each byte, wherever the chunks were cut: all before it comes in, nothing after it, nothing goes out', t => {
  for (let byte = 1; byte <= text.length; byte++)
    for (const chunks of [[text], [text.subarray(0, 5), text.subarray(5)], Array.from(text, b => Uint8Array.of(b))]) {
      const { near, far } = through(cutAt({ byte }), chunks)
      t.deepEqual([near.slice(0, -1).flat(), near.at(-1)], [[...text.subarray(0, byte)], 'end'])
      t.deepEqual(far, [])
    }
})

test('a cut behind more than comes in cuts nothing', t => {
  const { near, far } = through(cutAt({ byte: text.length + 1 }), [text])
  t.deepEqual(near, [[...text]])
  t.deepEqual(far, [[99]])
})

test('a cut before the first byte lets none of them in', t => {
  t.deepEqual(through(cutAt({ byte: 0 }), [text]), { near: ['end'], far: [] })
})

test('a cut may look like a reset instead of an end', t => {
  const { near, far } = through(cutAt({ byte: 3 }, 'reset'), [text])
  t.deepEqual(near, [[1, 2, 3], 'reset'])
  t.deepEqual(far, [])
})

test('cuts at a moment', t => {
  marbles(t, ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-c-', { a: text, b: text, c: text })
    const expected = '    -a-b|  '
    const subscription = '^---!  '
    const pipe: Pipe = { end: 'dialled', incoming: source, outgoing: new Subject(), writable: cold('a', { a: true }) }
    const out = new Subject<Uint8Array>()
    const cut = cutAt({ when: cold('----x--x') })({ ...pipe, outgoing: out })
    hot('                 --x--yz', { x: text, y: text, z: text }).subscribe(bytes => cut.outgoing.next(bytes))
    expectObservable(out).toBe('--x', { x: text })
    expectObservable(cut.incoming).toBe(expected, { a: text, b: text })
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('ends and errors of the pipe pass a fault that has not struck', t => {
  for (const fault of [cutAt({ byte: 100 }), split([3])])
    marbles(t, ({ cold, expectObservable }) => {
      const pipeOf = (incoming: Pipe['incoming']): Pipe => ({
        end: 'accepted',
        incoming,
        outgoing: new Subject(),
        writable: cold('a', { a: true }),
      })
      expectObservable(fault(pipeOf(cold('--|'))).incoming).toBe('--|')
      expectObservable(fault(pipeOf(throwError(() => 'broken'))).incoming).toBe('#', undefined, 'broken')
    })
})

test('our own end and our own error pass a cut that has not struck', t => {
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

test('splits into chunks of the sizes in turn, and nothing is lost', t => {
  t.deepEqual(through(split([5, 1]), [text]).near, [[1, 2, 3, 4, 5], [6], [7, 8, 9, 10, 11], [12]])
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 5 }),
        (sizes, chunks) => {
          const { near, far } = through(split(sizes), chunks)
          assert.deepEqual(near.flat(), [...Buffer.concat(chunks)])
          assert.ok(near.every(chunk => (chunk as number[]).length <= Math.max(...sizes)))
          assert.deepEqual(far, [[99]])
        },
      ),
    )
  })
})

test('a reader that has enough in the middle of a chunk gets no more of it', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const seen: number[] = []
  const subscription = split([1])(dialled).incoming.subscribe(bytes => {
    seen.push(...bytes)
    if (seen.length === 3) subscription.unsubscribe()
  })
  accepted.outgoing.next(text)
  scheduler.flush()
  t.deepEqual(seen, [1, 2, 3])
})

import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { VirtualTimeScheduler } from 'rxjs'
import { memoryPair } from 'sluice'
import { split } from 'sluice/testing'
import { through } from './through.js'

const text = Uint8Array.from({ length: 12 }, (_, i) => i + 1)

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
          assert.ok(near.every(chunk => chunk.length <= Math.max(...sizes)))
          assert.deepEqual(far, [[99]])
        },
      ),
    )
  })
})

test('the end and the error of the pipe pass', t => {
  t.deepEqual(through(split([3]), [], 'complete').near, ['end'])
  t.deepEqual(through(split([3]), [], 'error').near, ['reset'])
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

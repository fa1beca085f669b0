import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { BoundedBuffer, type OverflowPolicy } from '../../src/flow/bounded-buffer.js'

const filled = (overflow: OverflowPolicy, items: number, pushed: number) => {
  const buffer = new BoundedBuffer<number>({ overflow, items })
  const taken = Array.from({ length: pushed }, (_, i) => buffer.push(i + 1))
  return { taken: taken.every(Boolean), left: [...buffer] }
}

test('keeps up to 1,024 items unless it is told otherwise, and refuses one more', t => {
  const buffer = new BoundedBuffer<number>()
  for (let i = 0; i < 1_024; i++) t.true(buffer.push(i))
  t.false(buffer.push(1_024))
  t.is(buffer.length, 1_024)
})

test('error: refuses the item for which there is no room, and keeps the others', t => {
  t.deepEqual(filled('error', 3, 3), { taken: true, left: [1, 2, 3] })
  t.deepEqual(filled('error', 3, 4), { taken: false, left: [1, 2, 3] })
})

test('dropOldest: the item that has waited longest makes room', t => {
  t.deepEqual(filled('dropOldest', 3, 5), { taken: true, left: [3, 4, 5] })
})

test('dropNewest: the item itself is dropped', t => {
  t.deepEqual(filled('dropNewest', 3, 5), { taken: true, left: [1, 2, 3] })
})

test('latest: only the newest waits, whatever the limit', t => {
  t.deepEqual(filled('latest', 3, 5), { taken: true, left: [5] })
  t.deepEqual(filled('latest', 0, 5), { taken: true, left: [5] })
})

test('counts bytes too: there is room while both are below their limits, however long the next item is', t => {
  const buffer = new BoundedBuffer<string>({ items: 3, bytes: 10 })
  t.deepEqual([buffer.push('a', 9), buffer.push('b', 500), buffer.push('c', 0)], [true, true, false])
  t.deepEqual([buffer.size, buffer.full], [509, { limit: 10, unit: 'bytes' }])
  buffer.shift()
  t.false(buffer.push('c', 0))
  buffer.shift()
  t.deepEqual([buffer.size, buffer.full], [0, undefined])
  for (const item of ['d', 'e', 'f']) t.true(buffer.push(item))
  t.deepEqual(buffer.full, { limit: 3, unit: 'items' })
})

test('keeps up to 4 MiB unless it is told otherwise', t => {
  const buffer = new BoundedBuffer<number>()
  for (let i = 0; i < 4; i++) t.true(buffer.push(i, 1024 * 1024))
  t.false(buffer.push(4, 1))
})

test('dropOldest makes as much room in bytes as it takes; latest knows no limit but one item', t => {
  const buffer = new BoundedBuffer<string>({ overflow: 'dropOldest', bytes: 10 })
  for (const [item, size] of [
    ['a', 4],
    ['b', 4],
    ['c', 4],
    ['d', 1],
  ] as const)
    t.true(buffer.push(item, size))
  t.deepEqual([...buffer], ['b', 'c', 'd'])
  t.is(buffer.size, 9)
  const latest = new BoundedBuffer<string>({ overflow: 'latest', bytes: 1 })
  latest.push('a', 100)
  latest.push('b', 100)
  t.deepEqual([[...latest], latest.size], [['b'], 100])
})

test('keep and clear give back the bytes of what goes', t => {
  const buffer = new BoundedBuffer<number>()
  for (let i = 1; i <= 4; i++) buffer.push(i, i)
  buffer.shift()
  buffer.keep(item => item !== 3)
  t.deepEqual([[...buffer], buffer.size], [[2, 4], 6])
  buffer.clear()
  t.is(buffer.size, 0)
})

test('a limit of 0 keeps nothing: fails, or drops', t => {
  t.deepEqual(filled('error', 0, 1), { taken: false, left: [] })
  t.deepEqual(filled('dropOldest', 0, 2), { taken: true, left: [] })
  t.deepEqual(filled('dropNewest', 0, 2), { taken: true, left: [] })
})

/** What an array would do. */
const model = (items: number[], limit: number, policy: OverflowPolicy, item: number): boolean => {
  if (policy === 'latest') items.length = 0
  else if (items.length >= limit) {
    if (policy === 'error') return false
    if (policy === 'dropNewest') return true
    items.shift()
    if (limit === 0) return true
  }
  items.push(item)
  return true
}

const operation = fc.constantFrom('push', 'push', 'push', 'shift', 'shift', 'keep', 'clear', 'drain')

test('does what an array would do, in order, over any run of uses', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.constantFrom<OverflowPolicy>('error', 'dropOldest', 'dropNewest', 'latest'),
        fc.oneof(fc.nat(5), fc.integer({ min: 100, max: 300 })),
        fc.array(fc.tuple(operation, fc.integer({ min: 1, max: 200 })), { maxLength: 40 }),
        (overflow, limit, operations) => {
          const buffer = new BoundedBuffer<number>({ overflow, items: limit })
          const items: number[] = []
          let next = 0
          for (const [what, times] of operations) {
            if (what === 'push')
              for (let i = 0; i < times; i++)
                assert.equal(buffer.push(next), model(items, limit, overflow, next++), 'the answer of push')
            else if (what === 'shift') for (let i = 0; i < times; i++) assert.equal(buffer.shift(), items.shift())
            else if (what === 'keep') {
              buffer.keep(item => item % 3 !== 0)
              items.splice(0, items.length, ...items.filter(item => item % 3 !== 0))
            } else if (what === 'clear') {
              buffer.clear()
              items.length = 0
            } else while (items.length > 0) assert.equal(buffer.shift(), items.shift())
            assert.equal(buffer.length, items.length)
            assert.deepEqual([...buffer], items)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('lets go of an item once it is taken out, though others still wait', t => {
  const buffer = new BoundedBuffer<string>()
  const held = () => JSON.stringify(Object.values(buffer))
  buffer.push('bulk')
  buffer.push('next')
  t.true(held().includes('bulk'))
  buffer.shift()
  t.false(held().includes('bulk'))
  t.true(held().includes('next'))
})

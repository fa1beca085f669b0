import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { CallTable } from '../../src/call/call-table.js'

/** Ids of one end, a few of them beyond 32 bits. */
const id = fc.oneof(
  { weight: 9, arbitrary: fc.nat(200).map(n => 2 * n + 1) },
  fc.nat(5).map(n => 2 ** 40 + 2 * n + 1),
)

test('what was added is found until it is deleted, whatever else was', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 600 }), steps => {
        const table = new CallTable<string>()
        const model = new Map<number, string>()
        for (const [adds, key] of steps) {
          if (adds && !model.has(key)) {
            table.add(key, `call ${key}`)
            model.set(key, `call ${key}`)
          } else assert.equal(table.delete(key), model.delete(key))
          assert.equal(table.get(key), model.get(key))
        }
        for (const none of [0, 999]) assert.deepEqual([table.get(none), table.delete(none)], [undefined, false])
        assert.equal(table.size, model.size)
        for (const key of model.keys()) assert.equal(table.get(key), model.get(key))
        const inOrder = [...model].sort(([a], [b]) => a - b).map(([, call]) => call)
        assert.deepEqual(table.all(), inOrder)
      }),
    )
  })
})

test('many calls come and go in any order, and a few stay', t => {
  const table = new CallTable<number>()
  const stays = (id: number) => id % 1_000 === 1
  for (let id = 1; id < 100_000; id += 2) {
    table.add(id, id)
    const old = id - 2 * ((id * 7) % 300)
    if (old > 0 && !stays(old)) table.delete(old)
  }
  for (let id = 1; id < 100_000; id += 2) if (!stays(id)) table.delete(id)
  const left = Array.from({ length: 100 }, (_, n) => n * 1_000 + 1)
  t.deepEqual(table.all(), left)
  t.deepEqual([table.size, table.get(3), table.get(99_001)], [100, undefined, 99_001])
})

test('whoever goes through all of them may delete them meanwhile', t => {
  const table = new CallTable<number>()
  for (let id = 1; id < 100; id += 2) table.add(id, id)
  for (const id of table.all()) t.true(table.delete(id))
  t.deepEqual([table.size, table.all()], [0, []])
})

import test from 'ava'
import { VirtualTimeScheduler } from 'rxjs'
import { FrameWriter } from '../../src/wire/frame-writer.js'
import type { Frame, Open } from '../../src/wire/frame.js'
import { plain, readIn } from './arbitrary-frame.js'

const next = (id: number, size = 0): Frame => ({ _tag: 'Next', id, payload: new Uint8Array(size).fill(id) })

/** A writer and its batches; `endTick` ends the tick. */
const start = () => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const writer = new FrameWriter(batch => batches.push(batch), scheduler)
  return { writer, batches, endTick: () => scheduler.flush() }
}

test('frames of one tick leave together at its end, in order', t => {
  const { writer, batches, endTick } = start()
  for (const id of [1, 3, 5]) writer.push(next(id, 10))
  t.is(batches.length, 0)
  endTick()
  t.is(batches.length, 1)
  t.deepEqual(
    readIn(batches).map(plain),
    [1, 3, 5].map(id => plain(next(id, 10))),
  )
})

test('a batch leaves at 8 KiB, without waiting for the end of the tick', t => {
  const { writer, batches, endTick } = start()
  // a frame of 1,024 bytes with its length
  for (let id = 1; id <= 7; id++) writer.push(next(id, 1_017))
  t.is(batches.length, 0)
  writer.push(next(8, 1_017))
  t.deepEqual(
    batches.map(batch => batch.length),
    [8_192],
  )
  writer.push(next(9))
  t.is(batches.length, 1)
  endTick()
  t.is(batches.length, 2)
  t.deepEqual(
    readIn(batches).map(frame => ('id' in frame ? frame.id : 0)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
})

test('the end of a tick with nothing queued writes nothing', t => {
  const { writer, batches, endTick } = start()
  writer.push(next(1, 10_000))
  t.is(batches.length, 1)
  endTick()
  writer.flush()
  t.is(batches.length, 1)
})

test('flush sends what is queued at once, and the tick’s end does not send it again', t => {
  const { writer, batches, endTick } = start()
  writer.push(next(1, 10))
  writer.flush()
  t.is(batches.length, 1)
  endTick()
  t.is(batches.length, 1)
  writer.push(next(3, 10))
  endTick()
  t.is(batches.length, 2)
})

test('a batch is never written to again, however many follow and however long they are', t => {
  const { writer, batches, endTick } = start()
  const sizes = [3, 100, 5_000, 9_000, 70_000, 20, 200_000, 1, 64 * 1024, 8_191]
  const copies: Uint8Array[] = []
  for (let round = 0; round < 40; round++) {
    writer.push(next(2 * round + 1, sizes[round % sizes.length]))
    if (round % 3 === 0) endTick()
    for (let i = copies.length; i < batches.length; i++) copies.push(Uint8Array.from(batches[i] as Uint8Array))
  }
  writer.flush()
  t.true(copies.length > 20)
  for (const [i, copy] of copies.entries()) t.true(Buffer.compare(copy, batches[i] as Uint8Array) === 0, `batch ${i}`)
  t.deepEqual(
    readIn(batches).map(frame => ('id' in frame ? frame.id : 0)),
    Array.from({ length: 40 }, (_, round) => 2 * round + 1),
  )
})

test('a frame whose encoding throws leaves nothing behind, and those around it arrive', t => {
  const { writer, batches, endTick } = start()
  const metadata = {
    first: 'a',
    get second(): string {
      throw new RangeError('no second')
    },
  }
  const open: Open = {
    _tag: 'Open',
    id: 3,
    method: 0,
    payload: new Uint8Array(0),
    credit: { items: 1, bytes: 1 },
    timeoutMs: undefined,
    metadata,
  }
  writer.push(next(1, 10))
  t.throws(() => writer.push(open), { instanceOf: RangeError, message: 'no second' })
  writer.push(next(5, 10))
  endTick()
  t.deepEqual(readIn(batches).map(plain), [plain(next(1, 10)), plain(next(5, 10))])
})

test('a frame that is pushed while a batch leaves goes into the next one', t => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const writer = new FrameWriter(batch => {
    batches.push(batch)
    if (batches.length === 1) writer.push(next(3))
  }, scheduler)
  writer.push(next(1))
  scheduler.flush()
  t.deepEqual(
    batches.map(batch => readIn([batch]).map(plain)),
    [[plain(next(1))], [plain(next(3))]],
  )
})

test('a long payload is not copied: it leaves behind the head of its frame, in order', t => {
  const { writer, batches, endTick } = start()
  const long = next(3, 16 * 1024) as Extract<Frame, { readonly _tag: 'Next' }>
  writer.push(next(1, 10))
  writer.push(long)
  writer.push(next(5, 16 * 1024 - 1))
  writer.push(next(7, 10))
  endTick()
  t.is(batches[1], long.payload)
  t.deepEqual(
    readIn(batches).map(frame => ('id' in frame ? frame.id : 0)),
    [1, 3, 5, 7],
  )
  t.is(batches.length, 4)
})

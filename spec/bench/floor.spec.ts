import test from 'ava'
import fc from 'fast-check'
import { Inbox } from '../../bench/floor/inbox.js'
import { readAnswer, readAsk, writeAnswer, writeAsk } from '../../bench/floor/message.js'
import { kinds, Outbox } from '../../bench/floor/outbox.js'
import { serve } from '../../bench/floor/serve.js'
import type { Answer } from '../../bench/harness/workload.js'

type Small = readonly [id: number, kind: typeof kinds.answer | typeof kinds.item, answer: Answer]

/** A socket that keeps what is written to it. */
const recorder = () => {
  const writes: Buffer[] = []
  const socket = {
    write: (data: Uint8Array | string) => {
      writes.push(Buffer.from(data as Uint8Array))
      return true
    },
    cork: () => undefined,
    uncork: () => undefined,
  }
  return { writes, outbox: new Outbox(socket) }
}

const read = (bytes: Buffer, cuts: readonly number[]) => {
  const frames: Array<readonly [id: number, kind: number, answer: Answer]> = []
  const chunks: Array<readonly [id: number, chunk: Uint8Array]> = []
  const inbox = new Inbox({
    frame: (id, kind, buffer, from, to) => frames.push([id, kind, readAnswer(buffer, from, to)]),
    chunk: (id, chunk) => chunks.push([id, chunk]),
  })
  const edges = [0, ...[...cuts].map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (const [index, edge] of edges.slice(1).entries()) {
    // a buffer of its own, filled over afterwards: what was read from it has to stay
    const piece = Buffer.from(bytes.subarray(edges[index], edge))
    inbox.push(piece)
    piece.fill(0xff)
  }
  return { frames, chunks }
}

const text = fc.string({ unit: 'binary', maxLength: 200 })
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const answer = fc.record({ text, total: int32 })
const small: fc.Arbitrary<Small> = fc.tuple(fc.nat(0x7fffffff), fc.constantFrom(kinds.answer, kinds.item), answer)
const cuts = fc.array(fc.nat(), { maxLength: 12 })

test('frames come out as they went in, wherever the bytes are cut', t => {
  fc.assert(
    fc.property(fc.array(small, { maxLength: 40 }), cuts, (frames, places) => {
      const { writes, outbox } = recorder()
      for (const frame of frames) outbox.answer(...frame)
      outbox.flush()
      t.deepEqual(read(Buffer.concat(writes), places).frames, frames)
    }),
  )
  t.pass()
})

test('a chunk comes whole and in a buffer of its own, between whole frames, wherever the bytes are cut', t => {
  fc.assert(
    fc.property(fc.nat(0x7fffffff), cuts, (id, places) => {
      const { writes, outbox } = recorder()
      const [before, after] = [
        { text: 'before', total: 1 },
        { text: 'after', total: 2 },
      ]
      const sent = Uint8Array.from({ length: 65_536 }, (_, n) => n % 251)
      outbox.answer(1, kinds.item, before)
      outbox.writeChunk(id, sent)
      outbox.answer(2, kinds.answer, after)
      outbox.flush()
      const { frames, chunks } = read(Buffer.concat(writes), places)
      t.deepEqual(frames, [
        [1, kinds.item, before],
        [2, kinds.answer, after],
      ])
      t.is(chunks.length, 1)
      t.is(chunks[0]?.[0], id)
      t.true(Buffer.from(sent).equals(chunks[0]?.[1] ?? new Uint8Array()))
      t.is(chunks[0]?.[1].buffer.byteLength, 65_536)
    }),
    { numRuns: 30 },
  )
})

test('its messages are protobuf: fields in any order, unknown ones passed over, missing ones refused', t => {
  const slab = Buffer.alloc(64)
  const total = Buffer.from([0x10, 0x05])
  const said = Buffer.from([0x0a, 0x02, 0x68, 0x69])
  const unknown = Buffer.from([0x1a, 0x01, 0x00, 0x20, 0x80, 0x01, 0x2d, 0, 0, 0, 0, 0x31, 0, 0, 0, 0, 0, 0, 0, 0])
  const all = Buffer.concat([total, unknown, said])
  t.deepEqual(readAnswer(all, 0, all.length), { text: 'hi', total: 5 })
  t.deepEqual(readAsk(all, 0, all.length), { name: 'hi', count: 5 })
  t.throws(() => readAnswer(said, 0, said.length), { message: /no Answer/ })
  t.throws(() => readAsk(total, 0, total.length), { message: /no Ask/ })
  t.deepEqual(
    slab.subarray(0, writeAnswer(slab, 0, { text: 'hi', total: -1 })),
    Buffer.from('0a02686910ffffffffffffffffff01', 'hex'),
  )
  t.deepEqual(slab.subarray(0, writeAsk(slab, 0, { name: 'hé', count: 300 })), Buffer.from('0a0368c3a910ac02', 'hex'))
})

test('what is written in one tick leaves in one write at its end', async t => {
  const { writes, outbox } = recorder()
  outbox.ask(1, { name: 'a', count: 1 })
  outbox.ask(2, { name: 'b', count: 2 })
  t.is(writes.length, 0)
  await Promise.resolve()
  await new Promise(setImmediate)
  t.is(writes.length, 1)
})

test('8 KiB leave without waiting for the end of the tick', t => {
  const { writes, outbox } = recorder()
  for (let sent = 0; sent < 8_192; sent += 17) outbox.ask(1, { name: '0123456789', count: 1 })
  t.is(writes.length, 1)
  t.true((writes[0]?.length ?? 0) >= 8_192)
})

test('refuses what it cannot carry, instead of measuring nonsense', t => {
  const { outbox } = recorder()
  t.throws(() => outbox.ask(1, { name: 'x'.repeat(1_301), count: 1 }), { message: /short texts only/ })
})

test('streams that wait for room go on in turn, each to its end, also those behind one that ends as the room does', async t => {
  const said: Buffer[] = []
  let drained: (() => void) | undefined
  const way = {
    writableNeedDrain: false,
    write: (bytes: Uint8Array) => {
      said.push(Buffer.from(bytes))
      way.writableNeedDrain = true
      return false
    },
    cork: () => undefined,
    uncork: () => undefined,
    once: (_: 'drain', go: () => void) => {
      t.is(drained, undefined)
      drained = go
    },
  }
  const asked: Buffer[] = []
  const asking = new Outbox({ write: bytes => asked.push(Buffer.from(bytes)) > 0, cork: () => 0, uncork: () => 0 })
  const streams = 10_000
  const wanted = (id: number) => (id % 2) * 3 + 1
  for (let id = 1; id <= streams; id++) asking.count(id, kinds.stream, wanted(id))
  asking.flush()
  serve(way)(Buffer.concat(asked))
  while (drained !== undefined) {
    const go = drained
    drained = undefined
    way.writableNeedDrain = false
    go()
    await new Promise(setImmediate)
  }
  const items = new Map<number, number>()
  const ends: number[] = []
  const inbox = new Inbox({
    frame: (id, kind) => {
      if (kind === kinds.item) items.set(id, (items.get(id) ?? 0) + 1)
      else ends.push(id)
    },
    chunk: () => undefined,
  })
  inbox.push(Buffer.concat(said))
  t.is(items.size, streams)
  for (const [id, count] of items) t.is(count, wanted(id))
  t.is(ends.length, streams)
})

import test from 'ava'
import fc from 'fast-check'
import { Inbox } from '../../bench/floor/inbox.js'
import { kinds, Outbox } from '../../bench/floor/outbox.js'

type Small = readonly [id: number, kind: number, text: string, n: number]

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
  const frames: Small[] = []
  const chunks: Array<readonly [number, number]> = []
  const inbox = new Inbox({
    frame: (...frame) => frames.push(frame),
    bytes: (id, view) => chunks.push([id, view.length]),
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

const small = fc.tuple(
  fc.nat(0x7fffffff),
  fc.constantFrom(kinds.call, kinds.answer, kinds.item, kinds.end),
  fc.string({ unit: 'grapheme-ascii', maxLength: 90 }),
  fc.nat(0x7fffffff),
)
const cuts = fc.array(fc.nat(), { maxLength: 12 })

test('frames come out as they went in, wherever the bytes are cut', t => {
  fc.assert(
    fc.property(fc.array(small, { maxLength: 40 }), cuts, (frames, places) => {
      const { writes, outbox } = recorder()
      for (const frame of frames) outbox.write(...frame)
      outbox.flush()
      t.deepEqual(read(Buffer.concat(writes), places).frames, frames)
    }),
  )
  t.pass()
})

test('every byte of a chunk comes, between whole frames, wherever the bytes are cut', t => {
  fc.assert(
    fc.property(fc.nat(0x7fffffff), cuts, (id, places) => {
      const { writes, outbox } = recorder()
      outbox.write(1, kinds.item, 'before', 1)
      outbox.flush()
      outbox.writeChunk(id, new Uint8Array(65_536))
      outbox.write(2, kinds.end, 'after', 2)
      outbox.flush()
      const { frames, chunks } = read(Buffer.concat(writes), places)
      t.deepEqual(frames, [
        [1, kinds.item, 'before', 1],
        [2, kinds.end, 'after', 2],
      ])
      t.true(chunks.every(([from]) => from === id))
      t.is(
        chunks.reduce((sum, [, length]) => sum + length, 0),
        65_536,
      )
    }),
    { numRuns: 30 },
  )
})

test('what is written in one tick leaves in one write at its end', async t => {
  const { writes, outbox } = recorder()
  outbox.write(1, kinds.call, 'a', 1)
  outbox.write(2, kinds.call, 'b', 2)
  t.is(writes.length, 0)
  await Promise.resolve()
  await new Promise(setImmediate)
  t.is(writes.length, 1)
})

test('8 KiB leave without waiting for the end of the tick', t => {
  const { writes, outbox } = recorder()
  for (let sent = 0; sent < 8_192; sent += 20) outbox.write(1, kinds.call, '0123456789', 1)
  t.is(writes.length, 1)
  t.true((writes[0]?.length ?? 0) >= 8_192)
})

test('refuses what it cannot carry, instead of measuring nonsense', t => {
  const { outbox } = recorder()
  t.throws(() => outbox.write(1, kinds.call, 'é', 1), { message: /short ASCII only/ })
  t.throws(() => outbox.write(1, kinds.call, 'x'.repeat(101), 1), { message: /short ASCII only/ })
})

import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { VirtualTimeScheduler } from 'rxjs'
import { Outlet, type OutletSink } from '../../src/pipe/outlet.js'
import { longBytes } from '../../src/protobuf/long-bytes.js'
import type { Writer } from '../../src/protobuf/writer.js'
import { FrameWriter } from '../../src/wire/frame-writer.js'
import type { Frame, Open } from '../../src/wire/frame.js'
import { callId, kinds, plain, readIn, written } from './arbitrary-frame.js'

const next = (id: number, size = 0, fill = id): Frame => ({
  _tag: 'Next',
  id,
  payload: new Uint8Array(size).fill(fill),
})

/** A writer to a sink whose end is of no interest. */
const writerTo = (
  sink: Omit<OutletSink<Uint8Array>, 'end' | 'abort'>,
  scheduler: VirtualTimeScheduler,
  merges?: boolean,
): FrameWriter =>
  new FrameWriter(
    new Outlet(Object.assign(sink, { end: () => undefined, abort: () => undefined })),
    waiting => scheduler.schedule(() => waiting.tickEnded()),
    merges,
  )

/** A writer and its batches; `endTick` ends the tick. */
const start = (merges = false) => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const writer = writerTo({ write: batch => batches.push(batch), idle: false }, scheduler, merges)
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

test('many connections that speak in one tick take little memory each, and those with more to say lose nothing', t => {
  const many = Array.from({ length: 200 }, () => start())
  for (const { writer } of many) writer.push(next(1, 100))
  for (const { writer } of many.slice(-2)) for (let id = 2; id <= 12; id++) writer.push(next(id, 1_000))
  for (const { endTick } of many) endTick()
  const memory = new Set(many.flatMap(({ batches }) => batches.map(({ buffer }) => buffer)))
  const bytes = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)
  t.true(bytes < 200 * 8 * 1024, `${bytes} bytes`)
  for (const { batches } of many.slice(0, -2)) t.deepEqual(readIn(batches).map(plain), [plain(next(1, 100))])
  for (const { batches } of many.slice(-2)) {
    // a batch still leaves at 8 KiB, not where the first memory is full
    t.is(batches.length, 2)
    t.true((batches[0] as Uint8Array).length >= 8_192)
    t.deepEqual(
      readIn(batches).map(plain),
      [next(1, 100), ...Array.from({ length: 11 }, (_, i) => next(i + 2, 1_000))].map(plain),
    )
  }
})

test('memory that lies beside what is not this library’s is never handed over', t => {
  const scheduler = new VirtualTimeScheduler()
  const handed: Uint8Array[] = []
  const batches: Uint8Array[] = []
  const sink = {
    write: (batch: Uint8Array) => void batches.push(batch),
    writeOwn: (batch: Uint8Array) => void handed.push(batch),
    idle: false,
  }
  const writers = Array.from({ length: 50 }, () => writerTo(sink, scheduler))
  for (const writer of writers) writer.push(next(1, 100))
  scheduler.flush()
  t.is(batches.length, 50)
  // on Node what is short lies in memory that many have a share of: handed over, it would be gone for all of them
  t.true(batches.some(({ buffer, byteOffset }) => byteOffset > 0 && buffer.byteLength < 64 * 1024))
  t.deepEqual(handed, [])
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

test('a frame that is written while a batch leaves goes into the next one', t => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const write = (batch: Uint8Array) => {
    batches.push(batch)
    if (batches.length === 1) writer.push(next(3))
  }
  const writer = writerTo({ write, idle: false }, scheduler)
  writer.push(next(1))
  scheduler.flush()
  t.deepEqual(
    batches.map(batch => readIn([batch]).map(plain)),
    [[plain(next(1))], [plain(next(3))]],
  )
})

test('a long payload leaves in one write with the head of its frame, in order', t => {
  const { writer, batches, endTick } = start()
  writer.push(next(1, 10))
  writer.push(next(3, 64 * 1024))
  writer.push(next(5, 10))
  endTick()
  t.deepEqual(
    batches.map(batch => readIn([batch]).map(frame => ('id' in frame ? frame.id : 0))),
    [[1, 3], [5]],
  )
})

const nothingElse = { payload: new Uint8Array(0), credit: undefined, timeoutMs: undefined, metadata: undefined }

const raw = (value: unknown, to: Writer): void => void to.raw(value as Uint8Array)

test('within one tick batches grow to 64 KiB, and begin at 8 KiB again in the next', t => {
  const { writer, batches, endTick } = start()
  for (let n = 0; n < 400; n++) writer.push(next(1, 1_017))
  const KiB = () => batches.splice(0).map(batch => batch.length / 1024)
  endTick()
  t.deepEqual(KiB(), [8, 16, 32, 64, 64, 64, 64, 64, 24])
  for (let n = 0; n < 8; n++) writer.push(next(1, 1_017))
  t.deepEqual(KiB(), [8])
})

test('where batches merge, the first of a tick leaves at 1 KiB behind a request or an answer; streams wait for 8 KiB', t => {
  const bytes = (size: number) => new Uint8Array(size)
  const open: Open = { _tag: 'Open', id: 1, method: 0, ...nothingElse }
  // each writes a frame of 1 KiB
  const reply = (to: FrameWriter) => to.push({ _tag: 'Reply', id: 1, payload: bytes(1_017) })
  const request = (to: FrameWriter) => to.push({ ...open, payload: bytes(1_014) })
  const replyOf = (to: FrameWriter) => to.pushPayload('Reply', 1, raw, bytes(1_017), 2_000)
  const requestOf = (to: FrameWriter) => to.pushOpen(open, raw, bytes(1_014), 2_000)
  const item = (to: FrameWriter) => to.push(next(1, 1_017))
  const itemOf = (to: FrameWriter) => to.pushPayload('Next', 1, raw, bytes(1_017), 2_000)
  for (const write of [reply, request, replyOf, requestOf, item, itemOf]) {
    const { writer, batches, endTick } = start(true)
    for (let tick = 0; tick < 2; tick++) {
      write(writer)
      for (let n = 0; n < 98; n++) item(writer)
      endTick()
      t.deepEqual(
        batches.splice(0).map(batch => batch.length / 1024),
        write === item || write === itemOf ? [8, 16, 32, 43] : [1, 8, 16, 32, 42],
      )
    }
  }
})

test('a value is encoded where it leaves from, as the very bytes of the frame it would have been', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(fc.tuple(callId, fc.oneof(fc.nat(300), fc.nat(70_000))), { maxLength: 12 }), values => {
        const { writer, batches, endTick } = start()
        for (const [id, size] of values) {
          const value = new Uint8Array(size).fill(id % 251)
          assert.equal(writer.pushPayload('Next', id, raw, value, 100_000), size)
        }
        endTick()
        const expected = values.map(([id, size]) => next(id, size, id % 251))
        assert.ok(Buffer.concat(batches).equals(written(...expected)))
      }),
      { numRuns: 200 },
    )
  })
})

test('a request is encoded where it leaves from, as the very bytes of the frame it would have been', t => {
  const opens = fc.array(fc.tuple(kinds.Open, fc.oneof(fc.nat(300), fc.nat(5_000))), { maxLength: 12 })
  t.notThrows(() => {
    fc.assert(
      fc.property(opens, requests => {
        const { writer, batches, endTick } = start()
        const frames = requests.map(([open, size]): Open => {
          const payload = new Uint8Array(size).fill(open.id % 251)
          const { id, method, credit, timeoutMs, metadata } = open
          const frame: Open = { _tag: 'Open', id, method, credit, timeoutMs, metadata, payload: new Uint8Array(0) }
          assert.equal(writer.pushOpen(frame, raw, payload, 100_000), size)
          return { ...frame, payload }
        })
        endTick()
        assert.ok(Buffer.concat(batches).equals(written(...frames)))
      }),
    )
  })
})

test('a request that is too long for one frame, or cannot be encoded, leaves nothing behind', t => {
  const asked: Open = { _tag: 'Open', id: 3, method: 1, ...nothingElse }
  for (const size of [1_000, 5_000, 200_000]) {
    const { writer, batches, endTick } = start()
    writer.push(next(1, 10))
    for (let times = 0; times < 2; times++) {
      const payload = writer.pushOpen(asked, raw, new Uint8Array(size).fill(9), size - 1)
      t.deepEqual(Buffer.from(payload as Uint8Array), Buffer.alloc(size, 9))
    }
    t.throws(
      () =>
        writer.pushOpen(
          asked,
          (_, to) => {
            to.fork().string('half')
            throw new RangeError('no other half')
          },
          undefined,
          100,
        ),
      { message: 'no other half' },
    )
    writer.push(next(5, 10))
    endTick()
    t.deepEqual(readIn(batches).map(plain), [plain(next(1, 10)), plain(next(5, 10))])
  }
})

test('a value that is too long for one frame comes back as its payload, and leaves nothing behind', t => {
  for (const size of [1_000, 200_000]) {
    const { writer, batches, endTick } = start()
    writer.push(next(1, 10))
    const payload = writer.pushPayload('Reply', 3, raw, new Uint8Array(size).fill(9), size - 1)
    writer.push(next(5, 10))
    endTick()
    t.true(payload instanceof Uint8Array)
    t.true(Buffer.from(payload as Uint8Array).equals(new Uint8Array(size).fill(9)))
    t.deepEqual(readIn(batches).map(plain), [plain(next(1, 10)), plain(next(5, 10))])
  }
})

test('an encoder that throws in the middle of a message leaves nothing behind, and those around it arrive', t => {
  const { writer, batches, endTick } = start()
  const half = (_: unknown, to: Writer): void => {
    to.fork().string('half').fork()
    throw new RangeError('no other half')
  }
  writer.pushPayload('Next', 1, raw, new Uint8Array(10).fill(1), 100)
  t.throws(() => writer.pushPayload('Next', 3, half, undefined, 100), { message: 'no other half' })
  writer.push(next(5, 10))
  endTick()
  t.deepEqual(readIn(batches).map(plain), [plain(next(1, 10)), plain(next(5, 10))])
})

test('what is sent while a value is being encoded leaves behind it', t => {
  const asked: Open = { _tag: 'Open', id: 7, method: 1, ...nothingElse }
  const { writer, batches, endTick } = start()
  const talkative = (_: unknown, to: Writer): void => {
    to.raw(new Uint8Array(5).fill(1))
    writer.push(next(3, 10))
    writer.pushPayload('Next', 5, raw, new Uint8Array(10).fill(5), 100)
    t.is(writer.pushOpen(asked, raw, new Uint8Array(10).fill(7), 100), 10)
    t.deepEqual(writer.pushOpen(asked, raw, new Uint8Array(10).fill(8), 9), Buffer.alloc(10, 8))
    writer.flush()
    to.raw(new Uint8Array(5).fill(1))
  }
  writer.pushPayload('Next', 1, talkative, undefined, 100)
  endTick()
  const request: Frame = { ...asked, payload: new Uint8Array(10).fill(7) }
  t.deepEqual(readIn(batches).map(plain), [...[1, 3, 5].map(id => next(id, 10)), request].map(plain))
})

test('a slab is written again once nothing holds on to its batches, and not before', t => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const sink = { write: (batch: Uint8Array) => void batches.push(batch), idle: false }
  const writer = writerTo(sink, scheduler)
  const send = (id: number) => {
    writer.pushPayload('Next', id, raw, new Uint8Array(60_000).fill(id), 100_000)
    return new Set(batches.map(({ buffer }) => buffer)).size
  }
  t.deepEqual([1, 2, 3].map(send), [1, 2, 3])
  t.deepEqual(
    readIn(batches).map(frame => ('payload' in frame ? frame.payload.every(byte => byte === frame.id) : undefined)),
    [true, true, true],
  )
  sink.idle = true
  t.deepEqual([4, 5, 6, 7].map(send), [3, 3, 3, 3])
})

/** A writer whose sink takes two at once; what it was given, and which of that was a payload from elsewhere. */
const gathering = () => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const payloads: Uint8Array[] = []
  const sink = {
    write: (batch: Uint8Array) => void batches.push(batch),
    writeTwo: (batch: Uint8Array, payload: Uint8Array) => {
      batches.push(batch, payload)
      payloads.push(payload)
    },
    idle: false,
  }
  return { writer: writerTo(sink, scheduler), sink, batches, payloads, endTick: () => scheduler.flush() }
}

test('a long payload is not copied where the sink takes it from where it lies, and all leaves in order', t => {
  t.notThrows(() => {
    const size = fc.oneof(fc.nat(300), fc.integer({ min: 16_300, max: 16_500 }), fc.nat(80_000))
    fc.assert(
      fc.property(fc.array(fc.tuple(callId, size, fc.boolean()), { maxLength: 12 }), values => {
        const { writer, batches, payloads, endTick } = gathering()
        const frames = values.map(([id, length]) => next(id, length, id % 251))
        for (const [i, frame] of frames.entries()) {
          const [id, length, inPlace] = values[i] as (typeof values)[number]
          if (inPlace) writer.pushPayload('Next', id, raw, new Uint8Array(length).fill(id % 251), 100_000)
          else writer.push(frame)
        }
        endTick()
        assert.ok(Buffer.concat(batches).equals(written(...frames)))
        const long = frames.flatMap((frame, i) =>
          'payload' in frame && frame.payload.length >= 16_384 && values[i]?.[2] === false ? [frame.payload] : [],
        )
        assert.deepEqual(payloads.length, long.length)
        for (const [i, payload] of long.entries()) assert.equal(payloads[i], payload)
      }),
      { numRuns: 100 },
    )
  })
})

test('what is sent while a long payload leaves comes behind it', t => {
  const scheduler = new VirtualTimeScheduler()
  const batches: Uint8Array[] = []
  const sink = {
    write: (batch: Uint8Array) => void batches.push(batch),
    writeTwo: (...both: readonly Uint8Array[]) => {
      batches.push(...both)
      if (batches.length === 2) for (const frame of [next(3), next(5, 20_000)]) writer.push(frame)
    },
    idle: false,
  }
  const writer = writerTo(sink, scheduler)
  writer.push(next(1, 20_000))
  scheduler.flush()
  t.deepEqual(
    readIn(batches).map(frame => ('id' in frame ? frame.id : 0)),
    [1, 3, 5],
  )
})

const long = (writer: FrameWriter, fill: number): Uint8Array =>
  writer.pushPayload('Next', 1, raw, new Uint8Array(300_000).fill(fill), 100) as Uint8Array

test('the memory of a long payload that was released is written again once all is out, and not before', t => {
  const { writer, sink } = gathering()
  const first = long(writer, 1)
  writer.push({ _tag: 'Next', id: 1, payload: first.subarray(0, 100_000) })
  writer.release(first)
  const second = long(writer, 2)
  t.not(second.buffer, first.buffer)
  t.true(first.every(byte => byte === 1))
  sink.idle = true
  writer.push(next(3, 10))
  writer.flush()
  const third = long(writer, 3)
  t.is(third.buffer, first.buffer)
  t.true(second.every(byte => byte === 2))
})

test('so it is where nothing was written after the pipe had emptied itself', t => {
  const { writer, sink } = gathering()
  const first = long(writer, 1)
  writer.push({ _tag: 'Next', id: 1, payload: first.subarray(0, 100_000) })
  writer.flush()
  writer.release(first)
  sink.idle = true
  t.true(long(writer, 2).buffer === first.buffer)
})

test('a batch that has outgrown its slab is handed over with its memory, and nothing else is lost', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(callId, fc.oneof(fc.nat(300), fc.nat(300_000)), fc.boolean()), { maxLength: 12 }),
        values => {
          const scheduler = new VirtualTimeScheduler()
          const batches: Uint8Array[] = []
          const sink = {
            write: (batch: Uint8Array) => void batches.push(new Uint8Array(batch)),
            // as a port does it
            writeOwn: (batch: Uint8Array) =>
              void batches.push(structuredClone(batch, { transfer: [batch.buffer as ArrayBuffer] })),
            idle: true,
          }
          const writer = writerTo(sink, scheduler)
          const payloads: Uint8Array[] = []
          const frames: Frame[] = []
          for (const [id, size, fits] of values) {
            const value = new Uint8Array(size).fill(id % 251)
            const sent = writer.pushPayload('Next', id, raw, value, fits ? size : size - 1)
            if (typeof sent === 'number') frames.push(next(id, size, id % 251))
            else payloads.push(sent)
            if (typeof sent !== 'number') assert.ok(Buffer.compare(sent, value) === 0)
          }
          scheduler.flush()
          assert.ok(Buffer.concat(batches).equals(written(...frames)))
          for (const payload of payloads) assert.ok(payload.buffer.byteLength > 0 || payload.length === 0)
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('a value longer than a slab is written into memory for just it, when one of its kind came before', t => {
  const batches: Uint8Array[] = []
  const sink = { write: () => t.fail(), writeOwn: (batch: Uint8Array) => void batches.push(batch), idle: true }
  const writer = writerTo(sink, new VirtualTimeScheduler())
  for (let n = 0; n < 3; n++) writer.pushPayload('Next', 1, raw, new Uint8Array(1_000_000).fill(n), 2_000_000)
  t.is(batches.length, 3)
  for (const batch of batches) t.true(batch.buffer.byteLength < batch.length + 4_096)
  t.is(new Set(batches.map(({ buffer }) => buffer)).size, 3)
})

/** A sink that takes memory over: what it was handed, and all that left. */
const takingOver = () => {
  const scheduler = new VirtualTimeScheduler()
  const handed: Uint8Array[] = []
  const batches: Uint8Array[] = []
  const sink = {
    write: (batch: Uint8Array) => void batches.push(new Uint8Array(batch)),
    writeOwn: (batch: Uint8Array) => {
      handed.push(batch)
      batches.push(batch)
    },
    idle: true,
  }
  return { writer: writerTo(sink, scheduler), handed, batches, endTick: () => scheduler.flush() }
}

/** Writes what a value holds, whose length nothing tells before. */
const inside = (value: unknown, to: Writer): void => void to.raw((value as { readonly bytes: Uint8Array }).bytes)

test('a long value leaves in memory of its own, written once, behind what was queued before it', t => {
  const { writer, handed, batches, endTick } = takingOver()
  const value = new Uint8Array(60_000).fill(3)
  const asked: Open = { _tag: 'Open', id: 5, method: 1, ...nothingElse }
  writer.push(next(1, 10))
  writer.pushPayload('Next', 3, raw, value, 100_000)
  writer.pushOpen(asked, raw, value, 100_000)
  writer.push(next(7, 10))
  endTick()
  t.is(handed.length, 2)
  for (const { buffer, length } of handed) t.true(buffer.byteLength < length + 2_048)
  t.deepEqual(readIn(batches).map(plain), [
    plain(next(1, 10)),
    plain(next(3, 60_000)),
    plain({ ...asked, payload: value }),
    plain(next(7, 10)),
  ])
})

test('what is short leaves without the memory that was made for something long', t => {
  const { writer, handed, batches, endTick } = takingOver()
  const sizes = [60_000, 200_000, 200_000, 10, 300_000, 300_000, 500_000, 5, 6]
  for (const [id, size] of sizes.entries()) {
    writer.pushPayload('Next', id + 1, inside, { bytes: new Uint8Array(size).fill(id + 1) }, 1_000_000)
    endTick()
  }
  t.true(handed.length > 2)
  for (const { buffer, length } of handed) t.true(length >= (buffer.byteLength * 7) / 8, `${length}`)
  t.deepEqual(
    readIn(batches).map(plain),
    sizes.map((size, id) => plain(next(id + 1, size))),
  )
})

test('memory is not handed over while others hold what has left from it', t => {
  const batches: Uint8Array[] = []
  const sink = {
    write: (batch: Uint8Array) => void batches.push(batch),
    writeOwn: (batch: Uint8Array) =>
      void batches.push(structuredClone(batch, { transfer: [batch.buffer as ArrayBuffer] })),
    idle: false,
  }
  const writer = writerTo(sink, new VirtualTimeScheduler())
  const sizes = [200_000, 200_000, 100, 190_000]
  for (const [id, size] of sizes.entries()) {
    writer.pushPayload('Next', id + 1, inside, { bytes: new Uint8Array(size).fill(id + 1) }, 1_000_000)
    writer.flush()
  }
  t.deepEqual(
    batches.map(({ length }) => length > 0),
    [true, true, true, true],
  )
  t.deepEqual(
    readIn(batches).map(plain),
    sizes.map((size, id) => plain(next(id + 1, size))),
  )
})

test('what is sent while a batch leaves is not lost where a longer frame takes other memory', t => {
  for (const takesOver of [false, true]) {
    const scheduler = new VirtualTimeScheduler()
    const batches: Uint8Array[] = []
    const write = (batch: Uint8Array): void => {
      batches.push(new Uint8Array(batch))
      if (batches.length === 1) writer.push(next(3, 10))
    }
    const writer = writerTo({ write, ...(takesOver ? { writeOwn: write } : {}), idle: true }, scheduler)
    writer.push(next(1, 5_000))
    writer.push(next(5, 200_000))
    writer.push(next(7, 10))
    writer.pushPayload('Next', 9, raw, new Uint8Array(200_000).fill(9), 1_000_000)
    scheduler.flush()
    t.deepEqual(readIn(batches).map(plain), [
      plain(next(1, 5_000)),
      plain(next(3, 10)),
      plain(next(5, 200_000)),
      plain(next(7, 10)),
      plain(next(9, 200_000)),
    ])
  }
})

test('a batch that was queued before a long payload stays as it is when that is released', t => {
  const { writer, batches } = start()
  writer.push(next(1, 5_000))
  const payload = long(writer, 9)
  writer.release(payload)
  long(writer, 3)
  t.deepEqual(readIn(batches).map(plain), [plain(next(1, 5_000))])
})

test('a payload that is released while a value is being encoded stays as it is', t => {
  const { writer, sink, batches, endTick } = gathering()
  sink.idle = true
  const payload = long(writer, 1)
  const talkative = (): void => {
    writer.push({ _tag: 'Next', id: 3, payload: payload.subarray(0, 100) })
    writer.release(payload)
    longBytes(300_000).fill(2)
  }
  writer.pushPayload('Next', 5, talkative, undefined, 100)
  endTick()
  t.deepEqual(readIn(batches).map(plain), [plain(next(5)), plain(next(3, 100, 1))])
})

test('a writer makes one buffer for a payload that is too long for one frame', t => {
  const batches: Uint8Array[] = []
  const writer = writerTo({ write: batch => batches.push(batch), idle: false }, new VirtualTimeScheduler())
  const send = () => writer.pushPayload('Next', 1, raw, new Uint8Array(300_000), 100)
  const payloads = [send(), send()]
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 10; n++) payloads.push(send())
  // each has 300,000 bytes, and so has each value
  t.true(process.memoryUsage().arrayBuffers - before < 10 * 620_000)
  t.is(payloads.length + batches.length, 12)
})

test('a writer whose batches are gone makes no buffers, however much it writes', t => {
  const writer = writerTo({ write: () => undefined, idle: true }, new VirtualTimeScheduler())
  const chunk = new Uint8Array(64 * 1024)
  const send = () => writer.pushPayload('Next', 1, raw, chunk, 100_000)
  send()
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 1_000; n++) send()
  t.true(process.memoryUsage().arrayBuffers - before < 1024 * 1024)
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { Reader } from '../../src/protobuf/reader.js'
import { readBytes } from '../../src/schema/bytes-of.js'
import { callTags } from '../../src/wire/call-ids.js'
import { beginsFragment } from '../../src/wire/begins-fragment.js'
import { FrameReader } from '../../src/wire/frame-reader.js'
import { frameOf, openOf } from '../../src/wire/frame-taker.js'
import { isCallFrame, type Frame, type Open } from '../../src/wire/frame.js'
import { ProtocolViolation } from '../../src/wire/protocol-violation.js'
import { anyFrame, kinds, plain, readIn, withLength, written } from './arbitrary-frame.js'

const MiB = 1024 * 1024
const some = fc.array(anyFrame, { minLength: 1, maxLength: 8 })

/** Cuts bytes at these places, each counted modulo the length. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const ends = [...new Set(places.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.slice(ends[i - 1] ?? 0, end))
}

const byteByByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, byte => Uint8Array.of(byte))

/** The varint of a length, of any size. */
const varint = (value: bigint): Uint8Array => {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.of(...bytes, Number(rest))
}

/** A frame with its payload as a hash: a failure prints a line, not a megabyte. */
const sum = (frame: Frame): unknown =>
  'payload' in frame ? { ...frame, payload: createHash('sha256').update(frame.payload).digest('hex') } : frame

const memory = () => process.memoryUsage().arrayBuffers

/** Where a frame lies behind its length. */
const bodyOf = (frame: Frame) => {
  const buf = written(frame)
  let pos = 0
  while ((buf[pos] as number) > 127) pos++
  return { buf, pos: pos + 1, len: buf.length }
}

test('wherever the bytes are cut, the same frames arrive', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(some, fc.array(fc.nat(), { maxLength: 12 }), (frames, places) => {
        assert.deepEqual(readIn(cut(written(...frames), places)).map(plain), frames.map(plain))
      }),
      { numRuns: 300 },
    )
  })
})

test('byte by byte, and all in one chunk, the same frames arrive', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(some, frames => {
        const bytes = written(...frames)
        const expected = frames.map(plain)
        assert.deepEqual(readIn([bytes]).map(plain), expected)
        assert.deepEqual(readIn(byteByByte(bytes)).map(plain), expected)
      }),
      { numRuns: 150 },
    )
  })
})

test('a frame of many chunks is put together, and the next one is read on', t => {
  const payload = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7)
  const frames: Frame[] = [
    { _tag: 'Next', id: 1, payload },
    { _tag: 'Complete', id: 1 },
    { _tag: 'Next', id: 3, payload: payload.subarray(0, 100_000) },
  ]
  const bytes = written(...frames)
  for (const size of [1_000, 65_536, 65_537, 299_999])
    t.deepEqual(
      readIn(
        cut(
          bytes,
          Array.from({ length: 400 }, (_, i) => Math.min(i * size, bytes.length)),
        ),
      ).map(sum),
      frames.map(sum),
    )
})

test('chunks may be taken back once they are read: what was cut is a copy', t => {
  const bytes = written({ _tag: 'Next', id: 1, payload: Uint8Array.of(1, 2, 3, 4) })
  const [head, tail] = cut(bytes, [6]) as [Uint8Array, Uint8Array]
  const frames: Frame[] = []
  const reader = new FrameReader(100, frame => frames.push(frame))
  reader.push(head)
  head.fill(0xff)
  reader.push(tail)
  tail.fill(0xff)
  t.deepEqual(frames.map(plain), [plain({ _tag: 'Next', id: 1, payload: Uint8Array.of(1, 2, 3, 4) })])
})

test('of bytes that are lent nothing is kept, but what a call takes in at once', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(some, fc.array(fc.nat(), { maxLength: 12 }), (frames, places) => {
        const seen: unknown[] = []
        const kept: Frame[] = []
        const reader = new FrameReader(MiB, frame => {
          if (isCallFrame(frame)) seen.push(plain(frame))
          else kept.push(frame)
        })
        for (const piece of cut(written(...frames), places)) {
          reader.push(piece, true)
          piece.fill(0xff)
        }
        assert.deepEqual(seen, frames.filter(isCallFrame).map(plain))
        assert.deepEqual(kept.map(plain), frames.filter(frame => !isCallFrame(frame)).map(plain))
      }),
      { numRuns: 200 },
    )
  })
})

/** A payload that is a bytes field: what is decoded of it is up to the reader's memory. */
const fieldOf = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...varint(BigInt(bytes.length)), ...bytes])

test('bytes in a long payload of lent bytes are copied once, into a buffer of their own', t => {
  const long = Uint8Array.from({ length: 64 * 1024 }, (_, n) => n % 251)
  const bytes = written(
    { _tag: 'Next', id: 1, payload: fieldOf(long) },
    { _tag: 'Next', id: 3, payload: fieldOf(Uint8Array.of(1)) },
  )
  const lent = new Uint8Array(bytes.length)
  const values: Uint8Array[] = []
  const reader = new FrameReader(MiB, {
    payload: (_kind, _id, payload) => values.push(readBytes(payload)),
    frame: () => t.fail(),
  })
  const before = memory()
  // whole, and cut in two
  for (const cutAt of [bytes.length, bytes.length, 30_000]) {
    lent.set(bytes)
    reader.push(lent.subarray(0, cutAt), true)
    reader.push(lent.subarray(cutAt), true)
  }
  t.true(memory() - before < 3 * (long.length + 1024))
  lent.fill(0xff)
  const copies = values.filter(({ length }) => length > 1)
  t.is(copies.length, 3)
  for (const one of copies) t.true(Buffer.from(one).equals(long))
  t.is(new Set(copies.map(({ buffer }) => buffer)).size, 3)
})

test('a long frame that is no payload comes in a buffer of its own', t => {
  const failure = Uint8Array.from({ length: 200_000 }, (_, n) => n % 251)
  const fail: Frame = { _tag: 'Fail', id: 1, code: 'FAILURE', failure, message: '', name: undefined, stack: undefined }
  const frames: Frame[] = []
  const lent = written(fail)
  new FrameReader(MiB, frame => frames.push(frame)).push(lent, true)
  lent.fill(0xff)
  const [frame] = frames
  t.true(frame?._tag === 'Fail' && Buffer.compare(frame.failure ?? new Uint8Array(0), failure) === 0)
})

test('a failure behind a part in one frame is the frame’s, and keeps none of the memory that parts are read in', t => {
  const long = Uint8Array.from({ length: 60 * 1024 }, (_, n) => n % 251)
  const fail: Frame = { _tag: 'Fail', id: 1, code: 'FAILURE', failure: fieldOf(long), message: '' }
  const { buf, pos } = bodyOf(fail)
  // of two kinds in one frame the last one counts
  const bytes = withLength(Uint8Array.of(8, 1, callTags.fragment, 1, 0, ...buf.subarray(pos)))
  const parts = written(
    ...[1, 3, 5].map((id): Frame => ({ _tag: 'Fragment', id, payload: new Uint8Array(64 * 1024).fill(0xee) })),
  )
  const lent = new Uint8Array(100 * 1024)
  const kept: Uint8Array[] = []
  const reader = new FrameReader(MiB, {
    payload: () => undefined,
    // as a call reads it
    frame: frame => kept.push(readBytes(Reader.create((frame as typeof fail).failure as Uint8Array))),
  })
  const push = (all: Uint8Array, size: number) => {
    for (let at = 0; at < all.length; at += size) {
      const piece = all.subarray(at, at + size)
      lent.set(piece)
      reader.push(lent.subarray(0, piece.length), true)
      lent.fill(0xff)
    }
  }
  // cut between two reads, and whole in one
  push(bytes, 50_000)
  push(bytes, bytes.length)
  push(parts, 50_000)
  t.is(kept.length, 2)
  for (const one of kept) t.true(Buffer.from(one).equals(long))
})

test('what is kept never changes, where another one is borrowed while it is handed over', t => {
  const value = new Uint8Array(60 * 1024)
  const bytes = written(
    ...[1, 2, 3, 4].map((id): Frame => ({ _tag: 'Next', id, payload: fieldOf(value.fill(id).slice()) })),
  )
  const size = bytes.length / 4
  const kept: Uint8Array[] = []
  const pushCut = (at: number) => {
    const mine = bytes.slice(at * size, (at + 1) * size)
    reader.push(mine.subarray(0, 100), true)
    reader.push(mine.subarray(100), true)
    mine.fill(0xff)
  }
  const reader = new FrameReader(MiB, {
    payload: (_kind, id, payload) => {
      if (id !== 3) payload.memory = 'borrowed'
      const one = readBytes(payload)
      if (id !== 3) return
      kept.push(one)
      pushCut(3)
    },
    frame: () => t.fail(),
  })
  for (const at of [0, 1, 2, 0, 1, 0]) pushCut(at)
  t.is(kept.length, 1)
  t.true(kept[0]?.every(byte => byte === 3))
})

/** Pushes all of it in chunks of a size, each in memory that is written over once it has been taken. */
const lending = (bytes: Uint8Array, reader: FrameReader) => {
  const lent = new Uint8Array(bytes.length)
  return (size: number): void => {
    for (let at = 0; at < bytes.length; at += size) {
      const end = Math.min(at + size, bytes.length)
      lent.set(bytes.subarray(at, end))
      reader.push(lent.subarray(0, end - at), true)
      lent.fill(0xff)
    }
  }
}

test('borrowed payloads make no buffers, wherever they are cut', t => {
  const long = Uint8Array.from({ length: 64 * 1024 }, (_, n) => n % 251)
  const bytes = written(
    { _tag: 'Next', id: 1, payload: fieldOf(long) },
    { _tag: 'Reply', id: 3, payload: fieldOf(long) },
  )
  let good = 0
  const reader = new FrameReader(MiB, {
    payload: (_kind, _id, payload) => {
      payload.memory = 'borrowed'
      good += Number(Buffer.compare(readBytes(payload), long) === 0)
    },
    frame: () => t.fail(),
  })
  const pushAll = lending(bytes, reader)
  const rounds = 200
  pushAll(60_000)
  const before = memory()
  for (let n = 1; n < rounds; n++) pushAll(50_000 + n * 600)
  t.true(memory() - before < MiB)
  t.is(good, 2 * rounds)
})

test('what is kept never changes, whatever is borrowed beside it', t => {
  const anyPayload = fc.record({ size: fc.constantFrom(1, 500, 9_000, 30_000, 73_000), borrows: fc.boolean() })
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.array(anyPayload, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (all, places) => {
          const values = all.map(({ size }, n) => new Uint8Array(size).fill(n + 1))
          const bytes = written(
            ...values.map((value, id): Frame => ({ _tag: 'Next', id: id + 1, payload: fieldOf(value) })),
          )
          const kept = new Map<number, Uint8Array>()
          const reader = new FrameReader(MiB, {
            payload: (_kind, id, payload) => {
              const { borrows } = all[id - 1] as (typeof all)[number]
              if (borrows) payload.memory = 'borrowed'
              const value = readBytes(payload)
              assert.ok(Buffer.from(value).equals(values[id - 1] as Uint8Array))
              if (!borrows) kept.set(id, value)
            },
            frame: () => assert.fail(),
          })
          for (const piece of cut(bytes, places)) {
            reader.push(piece, true)
            piece.fill(0xff)
          }
          assert.equal(kept.size, all.filter(({ borrows }) => !borrows).length)
          for (const [id, value] of kept) assert.ok(Buffer.from(value).equals(values[id - 1] as Uint8Array))
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('parts of lent bytes are good until they are taken, and make no buffers, wherever they are cut', t => {
  const payload = Uint8Array.from({ length: 64 * 1024 }, (_, n) => n % 251)
  const bytes = written(
    { _tag: 'Fragment', id: 1, payload },
    { _tag: 'Fragment', id: 300_000, payload },
    { _tag: 'Next', id: 1, payload: Uint8Array.of(1) },
  )
  let parts = 0
  const taken: string[] = []
  const reader = new FrameReader(MiB, {
    payload: (kind, id, { buf, pos, len }) => {
      if (kind === 'Fragment') parts += Number(Buffer.compare(buf.subarray(pos, len), payload) === 0)
      else taken.push(`${kind} ${id}`)
    },
    frame: () => t.fail(),
  })
  const rounds = 200
  const pushAll = lending(bytes, reader)
  pushAll(60_000)
  const before = memory()
  for (let n = 1; n < rounds; n++) pushAll(50_000 + n * 600)
  t.true(memory() - before < MiB)
  t.deepEqual([parts, taken.length], [2 * rounds, rounds])
})

test('whether a frame is a part of a payload is told by its first bytes, or not at all', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(anyFrame, fc.nat(40), (frame, arrived) => {
        const { buf, pos, len } = bodyOf(frame)
        const end = Math.min(len, pos + arrived)
        // what stands behind the end is none of this frame's
        const cutOff = Uint8Array.from(buf, (byte, at) => (at < end ? byte : 74))
        const told = beginsFragment(cutOff, pos, end)
        assert.equal(beginsFragment(buf, pos, len), frame._tag === 'Fragment')
        assert.ok(!told || frame._tag === 'Fragment')
        if (arrived >= 10) assert.equal(told, frame._tag === 'Fragment')
      }),
      { numRuns: 500 },
    )
  })
})

test('a frame as long as the limit is read, and one byte more is a violation', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.nat(400), fc.boolean(), (size, chopped) => {
        const frame: Frame = { _tag: 'Next', id: 1, payload: new Uint8Array(size) }
        const bytes = written(frame)
        const chunks = chopped ? byteByByte(bytes) : [bytes]
        const { length } = bytes.subarray(size + 4 < 128 ? 1 : 2)
        assert.deepEqual(readIn(chunks, length).map(plain), [plain(frame)])
        assert.throws(() => readIn(chunks, length - 1), { name: 'ProtocolViolation' })
      }),
    )
  })
})

test('a length over the limit is refused by its number, before anything is allocated', t => {
  const before = memory()
  for (const claim of [16 * MiB + 1, 2 ** 31, 2 ** 35 - 1])
    for (const chunks of [[varint(BigInt(claim))], byteByByte(varint(BigInt(claim)))])
      t.throws(() => readIn(chunks), { name: 'ProtocolViolation', message: /is over the limit of 16777216/ })
  t.true(memory() - before < MiB)
})

test('a length that claims a tebibyte is refused, whatever the limit', t => {
  const before = memory()
  const claim = varint(2n ** 40n)
  t.throws(() => readIn([claim]), { name: 'ProtocolViolation' })
  t.throws(() => readIn([claim], Infinity), { message: /a length is longer than five bytes/ })
  t.throws(() => readIn([Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x00)]), { message: /longer than five bytes/ })
  t.true(memory() - before < MiB)
})

test('a length within the limit costs what has arrived, not what it claims', t => {
  const before = memory()
  const claim = Buffer.concat([varint(BigInt(16 * MiB)), new Uint8Array(10)])
  const readers = Array.from({ length: 100 }, () => new FrameReader(16 * MiB, () => undefined))
  for (const reader of readers) reader.push(claim)
  // 100 claims of 16 MiB: 1.6 GiB if they were believed
  t.true(memory() - before < 16 * MiB, `${memory() - before} bytes`)
})

test('a length may be padded to five bytes', t => {
  const frame = written({ _tag: 'Cancel', id: 1 })
  const padded = Buffer.concat([Uint8Array.of(0x80 | (frame.length - 1), 0x80, 0x80, 0x80, 0x00), frame.subarray(1)])
  t.deepEqual(readIn([padded]).map(plain), [plain({ _tag: 'Cancel', id: 1 })])
  t.deepEqual(readIn(byteByByte(padded)).map(plain), [plain({ _tag: 'Cancel', id: 1 })])
})

test('frames of no bytes are passed over, a chunk full of them too', t => {
  const frame = written({ _tag: 'Cancel', id: 1 })
  t.deepEqual(readIn([new Uint8Array(1_000), frame, Uint8Array.of(0x80, 0x00), frame]).length, 2)
})

test('what ends in the middle of a frame gives the frames before it, and no other', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(some, fc.nat(), (frames, place) => {
        const ends = frames.map((_, i) => written(...frames.slice(0, i + 1)).length)
        const bytes = written(...frames)
        const length = place % bytes.length
        const whole = ends.filter(end => end <= length).length
        assert.deepEqual(readIn([bytes.subarray(0, length)]).map(plain), frames.slice(0, whole).map(plain))
      }),
      { numRuns: 200 },
    )
  })
})

test('a frame whose inside reaches past its end is a violation, not the next frame’s bytes', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), (frame, place) => {
        const whole = written(frame)
        const body = whole.subarray(whole.length < 129 ? 1 : 2)
        const length = place % body.length
        const after: Frame = { _tag: 'Next', id: 1, payload: new Uint8Array(400).fill(8) }
        const bytes = Buffer.concat([withLength(body.subarray(0, length)), written(after)])
        try {
          const frames = readIn([bytes])
          // cut between two fields, or two messages: then all that is left is a frame, and nothing of the next one
          assert.deepEqual(frames.slice(-1).map(plain), [plain(after)])
          assert.ok(frames.length <= 2)
          assert.equal(JSON.stringify(frames.slice(0, -1).map(plain)).includes('8,8,8,8,8,8,8,8,8,8'), false)
        } catch (error) {
          assert.equal((error as ProtocolViolation)._tag, 'ProtocolViolation')
        }
      }),
      { numRuns: 500 },
    )
  })
})

const prototypes = () => JSON.stringify([Object.prototype, Array.prototype].map(one => Object.getOwnPropertyNames(one)))
const untouched = prototypes()

/** Frames, or a violation; nothing else, and nothing behind. */
const survives = (chunks: readonly Uint8Array[]): void => {
  try {
    for (const frame of readIn(chunks, 4_096)) assert.equal(typeof frame._tag, 'string')
  } catch (error) {
    assert.ok(error instanceof ProtocolViolation, String(error))
  }
  assert.equal(prototypes(), untouched)
}

test('any bytes are frames or a violation', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        survives([bytes])
        survives(byteByByte(bytes))
        survives([withLength(bytes)])
        // as if of a call, or of a hello: deeper in
        for (const tag of [
          [8, 1, 18],
          [8, 1, 50],
          [8, 1, 66],
          [0x82, 1],
          [0x92, 1],
          [0x9a, 1],
        ])
          survives([withLength(Buffer.concat([Uint8Array.from(tag), withLength(bytes)]))])
      }),
      { numRuns: 1_000 },
    )
  })
})

test('mutated frames are frames or a violation', t => {
  const change = fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'insert'), fc.nat(255))
  t.notThrows(() => {
    fc.assert(
      fc.property(some, fc.array(change, { minLength: 1, maxLength: 6 }), (frames, changes) => {
        const bytes = [...written(...frames)]
        for (const [place, how, byte] of changes)
          bytes.splice(place % (bytes.length + 1), how === 'insert' ? 0 : 1, ...(how === 'cut' ? [] : [byte]))
        survives([Uint8Array.from(bytes)])
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Frames and the end as they come to who takes requests where they lie, and to who does not; how many came so. */
const bothWays = (bytes: Uint8Array) => {
  let inPlace = 0
  const read = (opens: boolean) => {
    const seen: unknown[] = []
    const reader = new FrameReader(1_000_000, {
      payload: (kind, id, payload) => void seen.push(plain(frameOf(kind, id, payload))),
      frame: frame => void seen.push(plain(frame)),
      ...(opens && {
        open: (open, request) => {
          inPlace++
          seen.push(plain(openOf(open, request)))
        },
      }),
    })
    try {
      reader.push(bytes)
    } catch (error) {
      seen.push(String(error))
    }
    return seen
  }
  const [taken, framed] = [read(true), read(false)]
  return { taken, framed, inPlace }
}

test('a request is taken where it lies, and is the one of the frame it would have been', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(kinds.Open, anyFrame, (open, other) => {
        const { taken, framed, inPlace } = bothWays(written(open, other, open))
        assert.deepEqual(taken, framed)
        // behind the request of one that goes on, it is said that more follows
        const asWritten = (frame: Frame) => frame._tag === 'Open' && (frame.more !== true || frame.payload.length === 0)
        assert.equal(inPlace, [open, other, open].filter(asWritten).length)
      }),
      { numRuns: 500 },
    )
  })
})

test('a request that others wrote otherwise, or that is no frame, is what it is to who takes frames only', t => {
  const change = fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'insert'), fc.nat(255))
  t.notThrows(() => {
    fc.assert(
      fc.property(kinds.Open, fc.array(change, { minLength: 1, maxLength: 4 }), (open, changes) => {
        const { buf, pos } = bodyOf(open)
        const body = [...buf.subarray(pos)]
        for (const [place, how, byte] of changes)
          body.splice(place % (body.length + 1), how === 'insert' ? 0 : 1, ...(how === 'cut' ? [] : [byte]))
        const { taken, framed } = bothWays(withLength(Uint8Array.from(body)))
        assert.deepEqual(taken, framed)
      }),
      { numRuns: 2_000 },
    )
  })
  const open: Open = {
    _tag: 'Open',
    id: 1,
    method: 2,
    payload: Uint8Array.of(7, 7),
    credit: undefined,
    timeoutMs: 3,
    metadata: undefined,
  }
  // the request first, and the others behind it
  const turned = Uint8Array.of(8, 1, 18, 8, 42, 2, 7, 7, 8, 2, 24, 3)
  const { taken, inPlace } = bothWays(withLength(turned))
  t.deepEqual(taken, [plain(open)])
  t.is(inPlace, 0)
})

test('groups within groups end in a violation, not in a full stack', t => {
  t.throws(() => readIn([withLength(new Uint8Array(100_000).fill(0xfb))]), { name: 'ProtocolViolation' })
})

test('stops in the middle of a chunk when it is told to', t => {
  const frames: Frame[] = []
  const reader = new FrameReader(100, frame => {
    frames.push(frame)
    reader.stop()
  })
  const bytes = written({ _tag: 'Cancel', id: 1 }, { _tag: 'Cancel', id: 3 })
  reader.push(bytes)
  reader.push(bytes)
  t.is(frames.length, 1)
})

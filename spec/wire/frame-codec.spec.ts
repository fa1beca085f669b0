import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { openFrame } from '../../src/testing/open-frame.js'
import type { Frame, Hello, Open } from '../../src/wire/frame.js'
import { defaultLimits, helloBytes } from '../../src/wire/hello-codec.js'
import { callId, kinds, plain, readIn, withLength, written } from './arbitrary-frame.js'

/** A frame written field by field: as another end, or a newer one, might. */
const raw = (write: (writer: protobuf.Writer) => unknown): Uint8Array => {
  const writer = protobuf.Writer.create()
  write(writer)
  return withLength(writer.finish())
}

const read = (bytes: Uint8Array): Frame | undefined => readIn([bytes])[0]

for (const [kind, frames] of Object.entries(kinds) as [string, fc.Arbitrary<Frame>][])
  test(`${kind}: whatever is in it arrives as it was sent`, t => {
    t.notThrows(() => {
      fc.assert(
        fc.property(frames, frame => {
          assert.deepEqual(readIn([written(frame)]).map(plain), [plain(frame)])
        }),
        { numRuns: 150 },
      )
    })
  })

test('the length in front is the frame’s, for every length of a call id', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(callId, fc.uint8Array({ maxLength: 200 }), (id, payload) => {
        const frames: Frame[] = [
          { _tag: 'Next', id, payload },
          { _tag: 'Complete', id },
        ]
        assert.deepEqual(readIn([written(...frames)]).map(plain), frames.map(plain))
      }),
      { numRuns: 1_000, examples: [[2 ** 49 - 1, new Uint8Array(1)]] },
    )
  })
})

test('a call id goes up to 2^53 - 1, and one more is a violation', t => {
  const last = Number.MAX_SAFE_INTEGER
  t.like(read(written({ _tag: 'Cancel', id: last })), { _tag: 'Cancel', id: last })
  // seven bytes of nothing, then 2^4
  t.throws(() => read(Uint8Array.of(11, 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 58, 0)), {
    name: 'ProtocolViolation',
    message: /a call id is not below 2\^53/,
  })
})

test('a call frame names its call before anything else', t => {
  const bare = raw(writer => writer.uint32(26).bytes(Uint8Array.of(1)))
  const late = raw(writer => writer.uint32(26).bytes(Uint8Array.of(1)).uint32(8).uint32(1))
  const zero = raw(writer => writer.uint32(8).uint32(0).uint32(58).uint32(0))
  for (const bytes of [bare, late, zero])
    t.throws(() => read(bytes), { name: 'ProtocolViolation', message: /names its call before anything else/ })
})

test('a frame of a kind that is newer is passed over, and those around it are read', t => {
  const newer = [
    raw(writer =>
      writer
        .uint32(8)
        .uint32(7)
        .uint32(82)
        .bytes(Uint8Array.of(1, 2, 3)),
    ),
    raw(writer => writer.uint32(194).bytes(Uint8Array.of(1, 2, 3))),
    raw(writer => writer.uint32(8 * 900 + 5).fixed32(1)),
    raw(writer => writer.uint32(8).uint32(7)),
    Uint8Array.of(0),
  ]
  const known: Frame = { _tag: 'Cancel', id: 3 }
  const chunk = Buffer.concat(newer.flatMap(bytes => [bytes, written(known)]))
  t.deepEqual(
    readIn([chunk]).map(plain),
    newer.map(() => plain(known)),
  )
})

test('fields that are newer are passed over, in every message', t => {
  const newer = (writer: protobuf.Writer) =>
    writer
      .uint32(800)
      .uint32(1)
      .uint32(801)
      .fixed64(2)
      .uint32(802)
      .bytes(Uint8Array.of(3))
      .uint32(803)
      .uint32(808)
      .uint32(1)
      .uint32(804)
      .uint32(805)
      .fixed32(4)
  const open = raw(writer => {
    newer(writer.uint32(8).uint32(5)).uint32(18).fork()
    newer(writer).uint32(8).uint32(2).uint32(18).fork()
    newer(writer).uint32(8).uint32(9).ldelim()
    newer(writer.uint32(34).fork().uint32(10).string('a')).uint32(18).string('b').ldelim()
    newer(writer).ldelim()
    newer(writer)
  })
  t.deepEqual(
    plain(read(open)),
    plain({
      _tag: 'Open',
      id: 5,
      method: 2,
      payload: new Uint8Array(0),
      credit: { items: 9, bytes: 0 },
      metadata: { a: 'b' },
    }),
  )
  const hello = raw(writer => {
    newer(writer.uint32(130).fork()).uint32(8).uint32(1).uint32(50).fork()
    newer(writer).uint32(10).string('demo.Kitchen').ldelim().uint32(34).fork()
    newer(writer).uint32(24).uint32(7).ldelim()
    newer(writer).ldelim()
  })
  t.like(read(hello), {
    versions: [1],
    limits: { ...defaultLimits, calls: 7 },
    serves: [{ contract: 'demo.Kitchen', fingerprint: new Uint8Array(0), methods: [] }],
  })
  const fail = raw(writer => newer(writer.uint32(8).uint32(5).uint32(50).fork()).uint32(8).uint32(4).ldelim())
  t.like(read(fail), { _tag: 'Fail', code: 'NO_REPLY', message: '' })
})

test('what is absent has its default', t => {
  t.deepEqual(
    plain(read(raw(writer => writer.uint32(130).bytes(Uint8Array.of())))),
    plain({
      _tag: 'Hello',
      versions: [],
      nonce: new Uint8Array(0),
      proof: false,
      limits: { frameBytes: 16 * 1024 * 1024, messageBytes: 64 * 1024 * 1024, calls: 1024 },
      validation: 'report',
      serves: [],
      uses: [],
      heartbeatMs: 0,
      resumeMs: 0,
      resume: undefined,
      capabilities: [],
    }),
  )
  t.deepEqual(
    plain(read(raw(writer => writer.uint32(8).uint32(1).uint32(18).bytes(Uint8Array.of())))),
    plain({ _tag: 'Open', id: 1, method: 0, payload: new Uint8Array(0) }),
  )
})

test('numbers that are newer are read as the rule says: a defect, a refusal, a report, an unverified method', t => {
  const call = (tag: number, code: number) =>
    raw(writer => writer.uint32(8).uint32(1).uint32(tag).fork().uint32(8).uint32(code).ldelim())
  t.like(read(call(50, 99)), { _tag: 'Fail', code: 'DEFECT' })
  t.like(read(call(50, 0)), { _tag: 'Fail', code: 'DEFECT' })
  t.like(read(raw(writer => writer.uint32(186).fork().uint32(8).uint32(9).ldelim())), {
    _tag: 'Goodbye',
    reason: 'REFUSED',
  })
  t.like(read(raw(writer => writer.uint32(130).fork().uint32(40).uint32(9).ldelim())), { validation: 'report' })
  t.like(read(raw(writer => writer.uint32(154).fork().uint32(10).fork().uint32(24).uint32(9).ldelim().ldelim())), {
    methods: [
      { contract: '', method: '', kind: 'Unverified' as const, serving: false, differences: [] as [], notes: [] as [] },
    ],
  })
})

test('credit saturates at 2^31 - 1, as it is written and as it is read', t => {
  const most = 0x7fff_ffff
  t.like(read(written({ _tag: 'Credit', id: 1, items: Infinity, bytes: 2 ** 40 })), { items: most, bytes: most })
  const far = raw(w => w.uint32(8).uint32(1).uint32(66).fork().uint32(8).uint32(0xffff_ffff).ldelim())
  t.like(read(far), { items: most, bytes: 0 })
})

test('names in metadata are data, whatever they are', t => {
  const metadata = JSON.parse('{ "__proto__": "a", "constructor": "b", "toString": "c" }') as Record<string, string>
  const open: Open = { ...openFrame(1, 0), metadata }
  const got = read(written(open)) as Open
  t.deepEqual(Object.entries(got.metadata ?? {}), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
  t.is(Object.getPrototypeOf(got.metadata), null)
  t.false('a' in {})
})

test('a payload is a view of the chunk that it came in', t => {
  const chunk = written({ _tag: 'Next', id: 1, payload: Uint8Array.of(1, 2, 3) })
  const next = read(chunk)
  chunk[chunk.length - 1] = 9
  t.like(next, { payload: Uint8Array.of(1, 2, 9) })
})

test('a hello that was read is proven by the bytes that came, what is newer included', t => {
  const body = protobuf.Writer.create()
    .uint32(8)
    .uint32(1)
    .uint32(802)
    .bytes(Uint8Array.of(7, 7))
    .uint32(8)
    .uint32(2)
    .finish()
  // a Buffer, as a socket has it: its slice would be a view
  const chunk = Buffer.from(raw(writer => writer.uint32(130).bytes(body)))
  const hello = read(chunk) as Hello
  chunk.fill(0)
  t.deepEqual([...helloBytes(hello)], [...body])
  const own: Hello = { ...hello, versions: [1] }
  t.notDeepEqual([...helloBytes(own)], [...body])
  t.like(read(raw(writer => writer.uint32(130).bytes(helloBytes(own)))), { versions: [1] })
})

test('versions are read packed and one by one', t => {
  t.like(
    read(
      raw(writer =>
        writer
          .uint32(130)
          .fork()
          .uint32(10)
          .bytes(Uint8Array.of(1, 2, 3))
          .uint32(8)
          .uint32(4)
          .ldelim(),
      ),
    ),
    {
      versions: [1, 2, 3, 4],
    },
  )
})

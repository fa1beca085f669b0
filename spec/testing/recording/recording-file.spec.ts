import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import {
  readRecording,
  RecordingError,
  writeRecording,
  type RecordedFrame,
  type RecordedHalfEnd,
  type RecordedPipe,
  type Recording,
} from 'sluice/testing'
import { anyFrame, plain, written } from '../../wire/arbitrary-frame.js'

const end = fc.constantFrom('dialled' as const, 'accepted' as const)
const count = fc.oneof(fc.nat(3), fc.nat(1_000_000))

/** Times that grow, as those of one pipe do. */
const event: fc.Arbitrary<{ readonly after: number; readonly event: Omit<RecordedFrame | RecordedHalfEnd, 'at'> }> =
  fc.record({
    after: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(2 ** 33)),
    event: fc.oneof(
      fc.record({ by: end, frame: anyFrame }),
      fc.record({ by: end, frame: anyFrame, blanked: fc.constant(true as const) }),
      fc.record({ by: end, end: fc.constantFrom('complete' as const, 'error' as const) }),
    ),
  })

const pipesOf = (
  drafts: readonly {
    readonly end: RecordedPipe['end']
    readonly at: number
    readonly resumes: number
    readonly events: readonly { after: number; event: object }[]
  }[],
): readonly RecordedPipe[] =>
  drafts.map(({ resumes, events, ...pipe }, place) => {
    let at = pipe.at
    return {
      ...pipe,
      // only an older one's session can go on
      ...(resumes > 0 && place > 0 ? { resumes: (resumes - 1) % place } : {}),
      events: events.map(({ after, event }) => {
        at += after
        return { ...event, at } as RecordedFrame | RecordedHalfEnd
      }),
    }
  })

const recording: fc.Arbitrary<Recording> = fc
  .record({
    startedAt: fc.nat(2 ** 41),
    contracts: fc.array(
      fc.record({
        contract: fc.string(),
        fingerprint: fc.uint8Array({ maxLength: 32 }),
        fileDescriptorSet: fc.uint8Array({ maxLength: 60 }),
      }),
      { maxLength: 2 },
    ),
    leftOut: fc.record({ pipes: count, calls: count, frames: count, bytes: count }),
    pipes: fc.array(
      fc.record({ end, at: fc.nat(2 ** 32), resumes: fc.nat(3), events: fc.array(event, { maxLength: 6 }) }),
      { maxLength: 3 },
    ),
  })
  .map(({ pipes, ...rest }) => ({ ...rest, pipes: pipesOf(pipes) }))

/** Something of everything that a recording may hold. */
const sample: Recording = {
  startedAt: 1_700_000_000_000,
  contracts: [
    { contract: 'spec.Kitchen', fingerprint: new Uint8Array(32).fill(7), fileDescriptorSet: Uint8Array.of(1) },
  ],
  leftOut: { pipes: 1, calls: 2, frames: 3, bytes: 4 },
  pipes: [
    {
      end: 'accepted',
      at: 3,
      events: [
        { at: 3, by: 'dialled', frame: { _tag: 'Cancel', id: 1 } },
        { at: 500, by: 'accepted', frame: { _tag: 'Reply', id: 2, payload: Uint8Array.of(1, 2) }, blanked: true },
        { at: 501, by: 'accepted', end: 'error' },
      ],
    },
    { end: 'dialled', at: 600, resumes: 0, events: [{ at: 600, by: 'dialled', end: 'complete' }] },
  ],
}

const refusal = (file: Uint8Array): RecordingError => {
  try {
    readRecording(file)
  } catch (error) {
    assert.ok(error instanceof RecordingError, `an error of another kind: ${String(error)}`)
    return error
  }
  throw new Error('nothing was refused')
}

test('what was written is read: times, frames and ends of all pipes, contracts, and what was left out', t => {
  t.deepEqual(plain(readRecording(writeRecording(sample))), plain(sample))
  t.notThrows(() =>
    fc.assert(
      fc.property(recording, made => assert.deepEqual(plain(readRecording(writeRecording(made))), plain(made))),
    ),
  )
})

test('a recording of nothing is one', t => {
  const nothing: Recording = { ...sample, contracts: [], pipes: [] }
  t.deepEqual(plain(readRecording(writeRecording(nothing))), plain(nothing))
})

test('a file that was cut short is refused, wherever it was cut, and says where', t => {
  const file = writeRecording(sample)
  for (let size = 0; size < file.length; size++) {
    const { message } = refusal(file.subarray(0, size))
    t.regex(message, size < 8 ? /this is no recording/ : new RegExp(`damaged at byte \\d+ of ${size} `))
  }
  t.regex(refusal(file.subarray(0, file.length - 30)).message, /ends in the middle of a record|last record is missing/)
})

test('a file of which one bit was changed is refused, whichever', t => {
  const file = writeRecording(sample)
  for (let at = 0; at < file.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const changed = file.slice()
      changed[at] = (file[at] as number) ^ (1 << bit)
      t.regex(refusal(changed).message, at < 7 ? /no recording/ : at === 7 ? /of version \d+/ : /damaged at byte/)
    }
})

test('what goes on behind its end is refused', t => {
  const file = writeRecording(sample)
  t.regex(refusal(Buffer.concat([file, Uint8Array.of(0)])).message, /damaged.*goes on behind its last record/)
})

test('garbage is refused, also behind the right beginning', t => {
  const head = writeRecording(sample).subarray(0, 8)
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), garbage => {
        refusal(garbage)
        refusal(Buffer.concat([head, garbage]))
      }),
    ),
  )
})

test('a length is not believed', t => {
  const head = writeRecording(sample).subarray(0, 8)
  // a record of four gigabytes, and one of a length that no number holds
  t.regex(refusal(Buffer.concat([head, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)])).message, /middle of a record/)
  t.regex(refusal(Buffer.concat([head, new Uint8Array(12).fill(0xff)])).message, /length/)
})

test('a pipe that goes on with a session of none before it is refused', t => {
  const [first] = sample.pipes as [RecordedPipe]
  for (const resumes of [0, 1, 7])
    t.regex(refusal(writeRecording({ ...sample, pipes: [{ ...first, resumes }] })).message, /has not begun/)
})

test('a version that is newer is named', t => {
  const file = writeRecording(sample).slice()
  file[7] = 9
  t.is(refusal(file).message, 'the recording is of version 9, and this reads 1: update the older one')
})

test('a frame takes no more than a dozen bytes beside itself', t => {
  const frame = { _tag: 'Next', id: 1, payload: new Uint8Array(100) } as const
  const events = Array.from({ length: 1_000 }, (_, i) => ({ at: 3 + 40 * i, by: 'accepted', frame }) as const)
  const size = writeRecording({ ...sample, pipes: [{ end: 'dialled', at: 0, events }] }).length
  t.true(size < 1_000 * (written(frame).length + 12), `${size} bytes`)
})

test('the records are those of recording.proto, read by another implementation', async t => {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => fileURLToPath(new URL(`../../../proto/${target}`, import.meta.url))
  await root.load('sluice/v1/recording.proto')
  const record = root.lookupType('sluice.v1.Record')
  const reader = protobuf.Reader.create(writeRecording(sample).subarray(8))
  const records: Record<string, unknown>[] = []
  while (reader.pos < reader.len) {
    const message = record.decodeDelimited(reader)
    t.is(record.verify(message), null)
    records.push(record.toObject(message, { bytes: Array, longs: Number }))
  }
  const digest = (records.at(-1) as { seal: { digest: number[] } }).seal.digest
  t.is(digest.length, 16)
  t.deepEqual(records.slice(0, -1), [
    { about: { startedMs: sample.startedAt, pipesLeftOut: 1, callsLeftOut: 2, framesLeftOut: 3, bytesLeftOut: 4 } },
    { contract: { contract: 'spec.Kitchen', fingerprint: new Array(32).fill(7), fileDescriptorSet: [1] } },
    { pipe: { accepted: true, atMs: 3 } },
    { said: { frame: { call: 1, cancel: {} } } },
    { said: { afterMs: 497, accepted: true, frame: { call: 2, reply: [1, 2] }, blanked: true } },
    { ended: { afterMs: 1, accepted: true, aborted: true } },
    { pipe: { atMs: 600, resumes: 1 } },
    { ended: {} },
  ])
})

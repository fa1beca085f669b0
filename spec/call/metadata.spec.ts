import test from 'ava'
import { defaultLimits } from '../../src/wire/hello-codec.js'
import { writeFrame } from '../../src/wire/frame-codec.js'
import { Writer } from '../../src/protobuf/writer.js'
import type { CallFrame } from '../../src/wire/frame.js'
import { bytesOf, drawn, played, written } from './rig.js'

const sizeOf = (frame: CallFrame): number => {
  const writer = Writer.create()
  writeFrame(frame, writer)
  return writer.finish().length
}

test('metadata that the far end takes in no frame fails its call, and the connection lives', t => {
  const { open, sent } = played('dialled')
  const outcome = written()
  open('request', bytesOf(1), outcome, { metadata: { token: 'ö'.repeat(500) } })
  t.like(outcome.end, { _tag: 'TooLarge', bytes: 1_025, limit: 936 })
  t.regex((outcome.end as { message: string }).message, /metadata of 1025 bytes .*put it into the request/)
  t.deepEqual(sent, [])
})

test('a request for which there is no room beside its metadata follows in parts', t => {
  const { open, sent } = played('dialled')
  open('request', bytesOf(90), written(), { metadata: { token: 'x'.repeat(880) } })
  t.deepEqual(drawn(sent), ['Open 1 more', 'Next 1 90'])
  for (const frame of sent) t.true(sizeOf(frame) <= 1_000)
})

test('as much metadata as there may be makes a frame that the far end takes', t => {
  for (const names of [1, 7, 40]) {
    const { open, sent } = played('dialled', { far: { ...defaultLimits, frameBytes: 5_000 } })
    const metadata = Object.fromEntries(
      Array.from({ length: names }, (_, i) => [`${i}`.padStart(3), 'x'.repeat(Math.floor(4_936 / names) - 23)]),
    )
    open('request', bytesOf(100), written(), { metadata })
    t.true(sizeOf(sent[0]!) <= 5_000, `${sizeOf(sent[0]!)}`)
    t.true(sizeOf(sent[0]!) > 4_000)
  }
})

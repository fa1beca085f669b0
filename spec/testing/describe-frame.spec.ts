import test from 'ava'
import type { Frame } from 'sluice'
import { describeFrame } from '../../src/testing/describe-frame.js'
import { openFrame } from '../../src/testing/open-frame.js'
import { helloOf } from '../session/arrange.js'

const offer = { contract: 'demo.Kitchen', fingerprint: new Uint8Array(32), methods: ['greet'] }
const payload = Uint8Array.of(10, 3, 65)
const open = openFrame(1, 2, payload)
const verdict = {
  contract: 'demo.Kitchen',
  method: 'greet',
  serving: true,
  kind: 'Identical',
  differences: [],
  notes: [],
} as const
const difference = { path: 'input.name', ours: 'string', theirs: 'double', why: 'they write a number' }

const lines: readonly (readonly [Frame, string])[] = [
  [helloOf({}), 'Hello'],
  [
    { ...helloOf({}), serves: [offer], uses: [{ ...offer, contract: 'demo.Diner' }] },
    'Hello: serves demo.Kitchen, uses demo.Diner',
  ],
  [
    { ...helloOf({}), resume: { session: new Uint8Array(16), epoch: 1, position: 7 } as never },
    'Hello: goes on from frame 7',
  ],
  [{ _tag: 'Proof', mac: payload, resume: undefined }, 'Proof'],
  [{ _tag: 'Proof', mac: payload, resume: { mac: payload, position: 9 } as never }, 'Proof, and goes on from frame 9'],
  [
    { _tag: 'Descriptors', contracts: [{ contract: 'demo.Kitchen', fileDescriptorSet: payload }] },
    'Descriptors of demo.Kitchen',
  ],
  [{ _tag: 'Verdicts', methods: [] }, 'Verdicts: on nothing'],
  [{ _tag: 'Verdicts', methods: [verdict] }, 'Verdicts: all identical'],
  [
    {
      _tag: 'Verdicts',
      methods: [verdict, { ...verdict, method: 'bake', kind: 'Mismatched', differences: [difference] }],
    },
    'Verdicts: bake Mismatched (input.name: they write a number)',
  ],
  [{ _tag: 'Verdicts', methods: [{ ...verdict, kind: 'Compatible', notes: ['x'] }] }, 'Verdicts: greet Compatible'],
  [{ _tag: 'Ping', token: 3 }, 'Ping 3'],
  [{ _tag: 'Pong', token: 3 }, 'Pong 3'],
  [{ _tag: 'Ack', position: 3 }, 'Ack of 3 frames'],
  [{ _tag: 'Goodbye', reason: 'DONE', message: '' }, 'Goodbye: DONE'],
  [{ _tag: 'Goodbye', reason: 'LATE', message: 'no Hello came' }, 'Goodbye: LATE, no Hello came'],
  [open, 'Open 1: method 2(bytes 0a 03 41)'],
  [{ ...open, payload: new Uint8Array(0) }, 'Open 1: method 2(no bytes)'],
  [{ ...open, payload: new Uint8Array(20) }, `Open 1: method 2(bytes ${'00 '.repeat(16)}... (20))`],
  [
    { ...open, more: true, timeoutMs: 5, credit: { items: 1, bytes: 2 }, metadata: { a: 'b' } },
    "Open 1: method 2(...), within 5 ms, 1 items, 2 bytes, { a: 'b' }",
  ],
  [{ _tag: 'Next', id: 3, payload }, 'Next 3: bytes 0a 03 41'],
  [{ _tag: 'Reply', id: 3, payload }, 'Reply 3: bytes 0a 03 41'],
  [{ _tag: 'Fragment', id: 3, payload }, 'Fragment 3: 3 bytes'],
  [{ _tag: 'Fail', id: 3, code: 'NO_REPLY', message: '' }, 'Fail 3: NO_REPLY'],
  [
    { _tag: 'Fail', id: 3, code: 'DEFECT', message: 'no loaf', name: 'RangeError' },
    'Fail 3: DEFECT, RangeError: no loaf',
  ],
  [{ _tag: 'Fail', id: 3, code: 'FAILURE', message: '', failure: payload }, 'Fail 3: FAILURE, bytes 0a 03 41'],
  [{ _tag: 'Credit', id: 3, items: 4, bytes: 5 }, 'Credit 3: 4 items, 5 bytes'],
  [{ _tag: 'Complete', id: 3 }, 'Complete 3'],
  [{ _tag: 'Cancel', id: 3 }, 'Cancel 3'],
]

test('each kind of frame says in a line what it holds', t => {
  for (const [frame, line] of lines) t.is(describeFrame(frame), line)
})

test('values stand instead of bytes, and a method’s name instead of its number, where they are known', t => {
  const reading = {
    contract: 'demo.Kitchen',
    method: 'greet',
    value: () => ({ value: { name: 'Ann', at: [1n, undefined] } }),
  }
  const value = "{ name: 'Ann', at: [1n, undefined] }"
  t.is(describeFrame(open, reading), `Open 1: greet(${value})`)
  t.is(describeFrame({ _tag: 'Next', id: 3, payload }, reading), `Next 3: ${value}`)
  t.is(
    describeFrame({ _tag: 'Fail', id: 3, code: 'FAILURE', message: '', failure: payload }, reading),
    `Fail 3: FAILURE, ${value}`,
  )
  const unknown = { ...reading, value: () => undefined }
  t.is(describeFrame(open, unknown), 'Open 1: greet(bytes 0a 03 41)')
})

import test from 'ava'
import { NEVER } from 'rxjs'
import type { CallFrame } from '../../src/wire/frame.js'
import { bytesOf, drawn, next, open, part, played, takeAll, written } from './rig.js'

const big = bytesOf(10_001)
const tooLarge = (id: number, limit: number): CallFrame => ({
  _tag: 'Fail',
  id,
  code: 'TOO_LARGE',
  message: String(limit),
})

test('a message over the far end’s limit fails its call with TooLarge, and nothing of it is sent', t => {
  const { open: call, say, sent, calls } = played('dialled')
  const request = written()
  call('request', big, request)
  const upload = written()
  call('upload', [big], upload)
  say({ _tag: 'Credit', id: 1, items: 1, bytes: 1 })
  t.like(request.end, { _tag: 'TooLarge', bytes: 10_001, limit: 10_000 })
  t.like(upload.end, { _tag: 'TooLarge', bytes: 10_001, limit: 10_000 })
  t.deepEqual(drawn(sent), ['Open 1', 'Fail 1'])
  t.is(calls.size, 0)
})

test('an answer, and an item of one, over the far end’s limit fails the call with TOO_LARGE', t => {
  const { say, sent, hubs, calls } = played('accepted')
  hubs.request.calls$.subscribe(call => call.reply(big))
  hubs.stream.calls$.subscribe(call => call.reply([big]))
  say(open(1, 0))
  say(open(3, 1))
  t.deepEqual(sent, [tooLarge(1, 10_000), tooLarge(3, 10_000)])
  t.is(calls.size, 0)
})

for (const [what, frames] of [
  ['in one frame', [{ ...open(1, 0), payload: big }]],
  ['in parts', [open(1, 0, true), part(1, 9_000), part(1, 1_001)]],
  ['with its last part', [open(1, 0, true), part(1, 9_000), next(1, 1_001)]],
] as const)
  test(`a request over this end’s limit, ${what}, fails with TOO_LARGE, and the session lives`, t => {
    const { say, sent, calls, violations, hubs } = played('accepted')
    const taken = takeAll(hubs.request)
    for (const frame of frames) say(frame)
    t.deepEqual(sent, [tooLarge(1, 10_000)])
    // what is still on its way is late
    say(part(1, 10))
    say(next(1, 10))
    t.deepEqual([calls.size, calls.partial, violations], [0, 0, []])
    say(open(3, 0))
    t.is(taken.length, 1)
  })

for (const [what, frames] of [
  ['in one frame', [{ _tag: 'Reply', id: 1, payload: big }]],
  ['in parts', [part(1, 9_000), part(1, 1_001)]],
  ['with its last part', [part(1, 9_000), { _tag: 'Reply', id: 1, payload: bytesOf(1_001) }]],
] as const)
  test(`an answer over this end’s limit, ${what}, fails its call with TooLarge, and the session lives`, t => {
    const { say, open: call, calls, violations } = played('dialled')
    const outcome = written()
    call('request', bytesOf(1), outcome)
    for (const frame of frames) say(frame)
    t.like(outcome.end, { _tag: 'TooLarge', limit: 10_000 })
    t.deepEqual([calls.size, calls.partial, violations], [0, 0, []])
  })

for (const [what, frames] of [
  ['in one frame', [next(1, 10_001)]],
  ['in parts', [part(1, 9_000), part(1, 1_001)]],
  ['with its last part', [part(1, 9_000), next(1, 1_001)]],
] as const)
  test(`an item over this end’s limit, ${what}, ends its call with TooLarge at both ends, and the session lives`, t => {
    const credit = { items: 10, bytes: 100_000 }
    const caller = played('dialled')
    const outcome = written()
    caller.open('stream', bytesOf(1), outcome, { credit })
    for (const frame of frames) caller.say(frame)
    t.like(outcome.end, { _tag: 'TooLarge', limit: 10_000 })
    t.deepEqual(drawn(caller.sent).at(-1), 'Cancel 1')
    t.deepEqual([caller.calls.size, caller.calls.partial, caller.violations], [0, 0, []])

    const server = played('accepted', { method: { credit } })
    const items = written()
    server.hubs.upload.calls$.subscribe(call => {
      call.reply(NEVER)
      call.requests$.start(items)
    })
    server.say(open(1, 2))
    for (const frame of frames) server.say(frame)
    t.like(items.end, { _tag: 'TooLarge', limit: 10_000 })
    t.deepEqual(server.sent.at(-1), tooLarge(1, 10_000))
    t.deepEqual([server.calls.size, server.calls.partial, server.violations], [0, 0, []])
  })

test('messages in parts share a budget: the one that breaks it fails with TOO_LARGE, the others go on', t => {
  const { say, sent, hubs, calls } = played('accepted', { reassemblyBytes: 20_000 })
  const taken = takeAll(hubs.request)
  for (const id of [1, 3, 5]) say(open(id, 0, true))
  for (const id of [1, 3]) say(part(id, 9_000))
  say(part(5, 9_000))
  t.deepEqual(sent, [tooLarge(5, 20_000)])
  say(next(1, 100))
  say(next(3, 100))
  t.is(taken.length, 2)
  t.is(calls.partial, 0)
})

test('parts of no bytes cost budget too: nobody can send them without end', t => {
  const { say, sent } = played('accepted', { reassemblyBytes: 20_000 })
  say(open(1, 0, true))
  for (let i = 0; i < 1_000 && sent.length === 0; i++) say(part(1, 0))
  t.deepEqual(sent, [tooLarge(1, 20_000)])
})

test('requests that arrive in parts count as calls in progress, events too', t => {
  const { say, violations, calls } = played('accepted')
  for (let i = 0; i < 8; i++) say(open(1 + 2 * i, i % 2 === 0 ? 0 : 4, true))
  t.deepEqual(violations, [])
  say(open(17, 4, true))
  t.is(violations.length, 1)
  t.regex(violations[0]!, /one more than the 8/)
  t.is(calls.size, 0)
})

test('a call that ends while an item of it arrives lets go of what has come', t => {
  const { say, open: call, calls, violations } = played('dialled')
  const flow = call('stream', bytesOf(1), written(), { credit: { items: 10, bytes: 100_000 } })
  say(part(1, 500))
  t.true(calls.partial >= 500)
  flow.unsubscribe()
  t.is(calls.partial, 0)
  // what is on its way is late
  say(part(1, 500))
  t.deepEqual([calls.partial, violations], [0, []])
  call('request', bytesOf(1), written())
  say(part(3, 500))
  calls.end(() => new Error('gone'))
  t.is(calls.partial, 0)
})

const overrun = { items: 10, bytes: 100 }

for (const [what, frames] of [
  ['a part for a request that is whole', [open(1, 0), part(1, 5)]],
  ['a part for a stream’s request that is whole', [open(1, 1), part(1, 5)]],
  ['a part of an upload that nobody has granted', [open(1, 2), part(1, 5)]],
  ['an upload whose request is to follow', [open(1, 2, true)]],
  ['an Open with a request, and more to follow', [{ ...open(1, 0, true), payload: bytesOf(3) }]],
  ['a Complete within a request', [open(1, 0, true), { _tag: 'Complete', id: 1 }]],
  ['a Credit within a request', [open(1, 1, true), { _tag: 'Credit', id: 1, items: 1, bytes: 1 }]],
  ['a second Open within a request', [open(1, 0, true), open(1, 0)]],
  ['a part for a call that was never opened', [part(1, 5)]],
] as const)
  test(`${what} is a violation, and everything that was held is freed`, t => {
    const { say, calls, hubs, violations } = played('accepted', { method: { credit: overrun } })
    for (const hub of Object.values(hubs)) takeAll(hub)
    for (const frame of [open(101, 0, true), part(101, 5)]) if (frames[0].id === 0) say(frame)
    for (const frame of frames) say(frame)
    t.is(violations.length, 1)
    t.deepEqual([calls.size, calls.partial], [0, 0])
  })

for (const [what, frames] of [
  ['a part of a stream past its credit', [part(1, 100), part(1, 100), part(1, 1)]],
  ['a Complete in the middle of an item', [part(1, 5), { _tag: 'Complete', id: 1 }]],
  ['a Reply to a stream', [part(1, 5), { _tag: 'Reply', id: 1, payload: bytesOf(5) }]],
] as const)
  test(`${what} is a violation, and everything that was held is freed`, t => {
    const { say, open: call, calls, violations } = played('dialled')
    const consumer = written(true)
    call('stream', bytesOf(1), consumer, { credit: { items: 1, bytes: 100 } })
    if (what.includes('past')) say(next(1, 99))
    for (const frame of frames) say(frame)
    t.is(violations.length, 1)
    t.deepEqual([calls.size, calls.partial], [0, 0])
  })

test('a part for an upload whose items are completed in the middle of one is a violation', t => {
  const { say, hubs, violations } = played('accepted')
  hubs.upload.calls$.subscribe(call => {
    call.requests$.start(written())
  })
  say(open(1, 2))
  say(part(1, 5))
  say({ _tag: 'Complete', id: 1 })
  t.regex(violations[0]!, /middle of an item/)
})

import test from 'ava'
import { from, NEVER, Subject } from 'rxjs'
import { AlreadyAnswered } from '../../src/call/call.js'
import type { IncomingCall } from '../../src/call/incoming-call.js'
import { bytesOf, drawn, open, played, takeAll } from './rig.js'

test('a call that was claimed late is not let go of, however long its answer takes', t => {
  const { say, sent, hubs, scheduler, calls } = played('accepted', { claimWithin: 100 })
  const taken = takeAll(hubs.request)
  say(open(1, 0))
  taken[0]?.reply(NEVER)
  scheduler.flush()
  t.deepEqual([sent, calls.size], [[], 1])
})

test('a request whose answer emits without end, within its own subscription, is answered with the first value', t => {
  function* endless() {
    for (;;) yield bytesOf(3)
  }
  const { say, sent, hubs } = played('accepted')
  hubs.request.calls$.subscribe(call => call.reply(from(endless())))
  say(open(1, 0))
  t.deepEqual(drawn(sent), ['Reply 1 3'])
})

test('a second answer is an error where it is made, and the first one stands', t => {
  const { say, sent, hubs } = played('accepted')
  const taken = takeAll(hubs.request)
  say(open(1, 0))
  taken[0]?.reply(bytesOf(2))
  t.throws(() => taken[0]?.reply(bytesOf(3)), { instanceOf: AlreadyAnswered })
  t.throws(() => taken[0]?.fail(new Error('too late')), { message: /^request has an answer already/ })
  t.deepEqual(drawn(sent), ['Reply 1 2'])
})

test('an answer that is still to come is a claim too: a failure meanwhile is an error where it is made', t => {
  const { say, sent, hubs } = played('accepted')
  const taken = takeAll(hubs.request)
  const later = new Subject<Uint8Array>()
  say(open(1, 0))
  taken[0]?.reply(later)
  t.throws(() => taken[0]?.fail(new Error('no')), { instanceOf: AlreadyAnswered })
  later.next(bytesOf(4))
  t.deepEqual(drawn(sent), ['Reply 1 4'])
})

test('a request as long as a message may be is taken, and one byte more is refused', t => {
  const { say, sent, hubs } = played('accepted', { own: { frameBytes: 1_000, messageBytes: 50, calls: 8 } })
  const taken = takeAll(hubs.request)
  say({ ...open(1, 0), payload: bytesOf(50) })
  say({ ...open(3, 0), payload: bytesOf(51) })
  t.deepEqual(
    taken.map(({ id }) => id),
    [1],
  )
  t.deepEqual(sent, [{ _tag: 'Fail', id: 3, code: 'TOO_LARGE', message: '50' }])
})

test('of a thousand calls that were taken and not answered yet, those that have been are not let go of', t => {
  const { say, sent, hubs } = played('accepted', { own: { frameBytes: 1_000, messageBytes: 10_000, calls: 2_000 } })
  const taken: IncomingCall[] = []
  const taking = hubs.request.calls$.subscribe(call => taken.push(call))
  for (let n = 0; n < 1_000; n++) {
    say(open(2 * n + 1, 0))
    if (n % 2 === 1) taken[n - 1]?.reply(bytesOf(1))
  }
  t.is(sent.length, 500)
  sent.length = 0
  taking.unsubscribe()
  const ids = Array.from({ length: 500 }, (_, n) => 4 * n + 3)
  t.deepEqual(
    sent.map(frame => (frame._tag === 'Fail' && frame.code === 'NO_REPLY' ? frame.id : frame)),
    ids,
  )
})

test('a call is open while it is being handed over: closing waits for its answer', t => {
  const { calls, hubs, sent, say } = played('accepted')
  const idle: boolean[] = []
  hubs.request.calls$.subscribe(call => {
    let isIdle = false
    calls.close(() => (isIdle = true))
    idle.push(isIdle)
    call.reply(bytesOf(1))
    idle.push(isIdle)
  })
  say(open(1, 0))
  t.deepEqual(idle, [false, true])
  t.deepEqual(
    sent.map(({ _tag }) => _tag),
    ['Reply'],
  )
  t.is(calls.size, 0)
})

test('a call whose connection ends while it is being handed over is cancelled', t => {
  const { calls, hubs, sent, say } = played('accepted')
  const outcomes: unknown[] = []
  hubs.request.calls$.subscribe(call => {
    calls.end(name => new Error(name))
    outcomes.push(call.outcome?._tag)
  })
  say(open(1, 0))
  t.deepEqual(outcomes, ['Cancelled'])
  t.deepEqual(sent, [])
  t.is(calls.size, 0)
})

test('what the far end says from within a handler reaches the call that is being handed over, and calls around it', t => {
  const { calls, hubs, sent, say } = played('accepted')
  const sizes: number[] = []
  const taken: IncomingCall[] = []
  hubs.request.calls$.subscribe(call => {
    taken.push(call)
    if (taken.length === 1) say(open(3, 0))
    sizes.push(calls.size)
    if (taken.length === 2 && call === taken[1]) say({ _tag: 'Cancel', id: 3 })
  })
  say(open(1, 0))
  t.deepEqual(sizes, [2, 1])
  t.deepEqual(
    taken.map(({ outcome }) => outcome?._tag),
    [undefined, 'Cancelled'],
  )
  t.is(calls.size, 1)
  taken[0]?.reply(bytesOf(1))
  t.deepEqual(drawn(sent), ['Reply 1 1'])
  t.is(calls.size, 0)
})

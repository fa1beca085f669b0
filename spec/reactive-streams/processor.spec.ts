import test from 'ava'
import { filter, map, type Observable } from 'rxjs'
import { Remote } from 'sluice'
import { bytesOf, drawn, next, open, played } from '../call/rig.js'

/** The rules of Reactive Streams, 4: a processor is both. Here: a call whose items are another call's answer. */

type Through = (call$: Remote<Uint8Array>) => Observable<Uint8Array>

/** A relay: whoever calls its stream gets the stream of the end behind. */
const relay = (through: Through, credit = { items: 4, bytes: 1_000 }) => {
  const behind = played('dialled')
  const front = played('accepted')
  front.hubs.stream.calls$.subscribe(call =>
    call.reply(through(new Remote(consumer => behind.open('stream', bytesOf(0), consumer, { credit })))),
  )
  return { behind, front }
}

const asked = { ...open(1, 1), credit: { items: 2, bytes: 1_000 } }

test('4.1: a relay obeys both sides: it sends no more than was asked for, and asks for no more than its window', t => {
  for (const through of [
    ((call$: Remote<Uint8Array>) => call$) as Through,
    (call$: Remote<Uint8Array>) => call$.pipe(map(item => item.map(byte => byte + 1))),
  ]) {
    const { behind, front } = relay(through)
    front.say(asked)
    for (let i = 0; i < 4; i++) behind.say(next(1, 5))
    t.deepEqual(drawn(front.sent), ['Next 1 5', 'Next 1 5'])
    // what was sent on was granted again; what waits was not
    t.deepEqual(drawn(behind.sent), ['Open 1', 'Credit 1 2/10'])
    front.say({ _tag: 'Credit', id: 1, items: 2, bytes: 100 })
    t.is(front.sent.length, 4)
    t.deepEqual(drawn(behind.sent).slice(2), ['Credit 1 2/10'])
  }
})

test('4.1: an item that the relay leaves out is granted at once', t => {
  const { behind, front } = relay(call$ => call$.pipe(filter(() => false)))
  front.say(asked)
  for (let i = 0; i < 2; i++) behind.say(next(1, 5))
  t.deepEqual([drawn(front.sent), drawn(behind.sent)], [[], ['Open 1', 'Credit 1 2/10']])
})

test('4.2: a failure behind comes out in front, after the items before it; a cancel in front reaches the end behind', t => {
  const failing = relay(call$ => call$)
  failing.front.say(asked)
  failing.behind.say(next(1, 5))
  failing.behind.say({ _tag: 'Fail', id: 1, code: 'DEFECT', message: 'oops' })
  t.deepEqual(drawn(failing.front.sent), ['Next 1 5', 'Fail 1'])

  const cancelled = relay(call$ => call$)
  cancelled.front.say(asked)
  cancelled.front.say({ _tag: 'Cancel', id: 1 })
  t.deepEqual(drawn(cancelled.behind.sent), ['Open 1', 'Cancel 1'])
})

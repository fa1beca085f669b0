import test from 'ava'
import { from, NEVER } from 'rxjs'
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

import test from 'ava'
import { config } from 'rxjs'
import { answer } from '../../src/call/answer.js'
import { bytesOf, drawn, open, played } from './rig.js'

test('who is let go of while a call is handed out does not get it, and the others do', t => {
  const { hubs, say, sent } = played('accepted')
  const heard: string[] = []
  hubs.request.calls$.subscribe(() => late.unsubscribe())
  const late = hubs.request.calls$
    .pipe(
      answer(() => {
        heard.push('late')
        return bytesOf(1)
      }),
    )
    .subscribe()
  hubs.request.calls$.subscribe(call => call.reply(bytesOf(2)))
  say(open(1, 0))
  t.deepEqual(heard, [])
  t.deepEqual(drawn(sent), ['Reply 1 2'])
})

test('answers that are there before the calls end are over with them, also for who comes later', t => {
  const { hubs } = played('accepted')
  const over: string[] = []
  const hub = hubs.request
  hub.calls$.pipe(answer(() => bytesOf(1) as never)).subscribe({ complete: () => over.push('answers') })
  hub.calls$.subscribe({ complete: () => over.push('calls') })
  hub.complete()
  hub.complete()
  hub.calls$.pipe(answer(() => bytesOf(1) as never)).subscribe({ complete: () => over.push('late answers') })
  t.deepEqual(over, ['answers', 'calls', 'late answers'])
})

test.serial('a second answer is nobody’s fault but of who gave it: the connection and other calls go on', async t => {
  const { hubs, say, sent } = played('accepted')
  const reported = new Promise<unknown>(resolve => (config.onUnhandledError = resolve))
  hubs.request.calls$
    .pipe(
      answer((_request, call) => {
        if (sent.length === 0) call.reply(bytesOf(2))
        return bytesOf(1)
      }),
    )
    .subscribe()
  say(open(1, 0))
  say(open(3, 0))
  t.deepEqual(drawn(sent), ['Reply 1 2', 'Reply 3 1'])
  t.is(((await reported) as { readonly _tag: string })._tag, 'AlreadyAnswered')
  config.onUnhandledError = null
})

import test from 'ava'
import { NEVER, VirtualTimeScheduler } from 'rxjs'
import type { Pipe } from '../../src/pipe/pipe.js'
import { Unread } from '../../src/session/unread.js'
import { Voice } from '../../src/session/voice.js'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import { framed } from '../../src/wire/framed.js'
import type { CallFrame, Frame } from '../../src/wire/frame.js'
import { bytesOf, makeEnd, written } from '../call/rig.js'

/** Two ends over pipes of bytes, of which one speaks through a voice. */
const start = () => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const link = framed(undefined, scheduler)(accepted)
  const signs: boolean[] = []
  let talks = true
  const voice = new Voice(link, new Unread(NEVER, undefined, () => undefined), {
    talks: () => {
      signs.push(talks)
      return talks
    },
    broke: () => undefined,
  })
  return {
    caller: makeEnd(scheduler, 'dialled', {}, framed(undefined, scheduler)(dialled) as Pipe<CallFrame>),
    server: makeEnd(scheduler, 'accepted', {}, { ...(link as Pipe<CallFrame>), outgoing: voice.calls }),
    link,
    voice,
    signs,
    silence: () => (talks = false),
    flush: () => scheduler.flush(),
  }
}

for (const where of ['above', 'below'] as const)
  test(`who watches ${where} the session in the middle of a run of items sees those that follow`, t => {
    const { caller, server, link, voice, flush } = start()
    const seen: unknown[] = []
    const see = (frame: Frame) => void seen.push('payload' in frame ? frame.payload.length : frame._tag)
    function* items() {
      yield bytesOf(1)
      const watching = where === 'above' ? voice.calls.subscribe(see) : link.outgoing.subscribe(see)
      yield bytesOf(2)
      yield bytesOf(3)
      watching.unsubscribe()
      yield bytesOf(4)
    }
    const outcome = written()
    server.hubs.stream.calls$.subscribe(call => call.reply(items()))
    caller.open('stream', bytesOf(0), outcome)
    flush()
    t.deepEqual([outcome.sizes, outcome.end], [[1, 2, 3, 4], 'complete'])
    t.deepEqual(seen, [2, 3])
  })

test('a run of items is a sign of life, and none leaves where nothing more may be said', t => {
  const { caller, server, signs, silence, flush } = start()
  const [first, second] = [written(), written()]
  const answers = [[1, 2, 3].map(size => bytesOf(size)), [bytesOf(4)]]
  server.hubs.stream.calls$.subscribe(call => call.reply(answers.shift()))
  caller.open('stream', bytesOf(0), first)
  flush()
  t.is(first.end, 'complete')
  t.true(signs.length > 0)
  silence()
  caller.open('stream', bytesOf(0), second)
  flush()
  t.deepEqual(second.sizes, [])
})

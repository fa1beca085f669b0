import test from 'ava'
import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs'
import type { Pipe } from '../../src/pipe/pipe.js'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import { framed } from '../../src/wire/framed.js'
import type { CallFrame } from '../../src/wire/frame.js'
import { bytesOf, makeEnd, written } from './rig.js'

/** Two ends over pipes of bytes, so that values are encoded where they leave from and decoded where they arrive. */
const overBytes = () => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const half = (pipe: Pipe) => framed(undefined, scheduler)(pipe) as Pipe<CallFrame>
  return {
    caller: makeEnd(scheduler, 'dialled', {}, half(dialled)),
    server: makeEnd(scheduler, 'accepted', {}, half(accepted)),
    flush: () => scheduler.flush(),
  }
}

const fails = (): Uint8Array => {
  throw new RangeError('no such value')
}

test('answers and items of any length arrive whole, in one frame or in parts', t => {
  const { caller, server, flush } = overBytes()
  server.hubs.request.calls$.subscribe(call => call.reply(call.request))
  server.hubs.stream.calls$.subscribe(call => call.reply([1, 101, 102, 0, 1_000].map(size => bytesOf(size))))
  // a part has 100 bytes, and a frame takes one more
  for (const size of [0, 1, 100, 101, 102, 1_000]) {
    const answer = written()
    caller.open('request', bytesOf(size), answer)
    flush()
    t.deepEqual([answer.items, answer.sizes, answer.end], [[bytesOf(size)], [size], 'complete'])
  }
  const items = written()
  caller.open('stream', bytesOf(0), items)
  flush()
  t.deepEqual([items.items, items.end], [[1, 101, 102, 0, 1_000].map(size => bytesOf(size)), 'complete'])
  t.deepEqual([caller.violations, server.violations], [[], []])
})

test('requests of any length arrive whole, in one frame or in parts, and so do events', t => {
  const { caller, server, flush } = overBytes()
  const arrived: unknown[] = []
  server.hubs.request.calls$.subscribe(call => {
    arrived.push(call.request)
    call.reply(bytesOf(1))
  })
  server.hubs.event.calls$.subscribe(call => arrived.push(call.request))
  // in place, and apart behind a long one
  const sizes = [0, 1, 100, 101, 102, 5_000, 5_001, 3, 0]
  for (const size of sizes) {
    for (const kind of ['request', 'event'] as const) {
      const answer = written()
      caller.open(kind, bytesOf(size), answer)
      flush()
      t.is(answer.end, 'complete')
    }
  }
  t.deepEqual(
    arrived,
    sizes.flatMap(size => [bytesOf(size), bytesOf(size)]),
  )
  t.deepEqual([caller.calls.size, server.calls.size, caller.violations, server.violations], [0, 0, [], []])
})

test('requests that cannot be encoded, or are too long, take nobody’s room', t => {
  const { caller, server, flush } = overBytes()
  server.hubs.request.calls$.subscribe(call => call.reply(call.request))
  const wrong = Array.from({ length: 20 }, (_, n) => {
    const outcome = written()
    caller.open(n % 4 === 3 ? 'event' : 'request', n % 2 === 0 ? fails : bytesOf(10_001), outcome)
    return outcome
  })
  t.deepEqual(
    wrong.map(({ end }) => (end as { readonly _tag: string })._tag),
    wrong.map((_, n) => (n % 2 === 0 ? 'InvalidPayload' : 'TooLarge')),
  )
  const good = Array.from({ length: 8 }, () => {
    const outcome = written()
    caller.open('request', bytesOf(5), outcome)
    return outcome
  })
  flush()
  for (const { end } of good) t.is(end, 'complete')
  t.deepEqual([caller.calls.size, server.calls.size, caller.violations, server.violations], [0, 0, [], []])
})

test('a call that is made while a request is being encoded goes behind it, or before its parts', t => {
  for (const size of [5, 500]) {
    const { caller, server, flush } = overBytes()
    const arrived: unknown[] = []
    server.hubs.request.calls$.subscribe(call => {
      arrived.push((call.request as Uint8Array).length)
      call.reply(bytesOf(1))
    })
    const [outer, inner] = [written(), written()]
    const request = () => {
      caller.open('request', bytesOf(1), inner)
      return bytesOf(size)
    }
    caller.open('request', request, outer)
    flush()
    t.deepEqual([outer.end, inner.end], ['complete', 'complete'])
    t.deepEqual([arrived, server.violations], [size === 5 ? [5, 1] : [1, 500], []])
  }
})

test('a call whose request ends the connection is lost with it, and none is left', t => {
  const { caller } = overBytes()
  const outcome = written()
  const request = () => {
    caller.calls.end(method => Object.assign(new Error(method), { _tag: 'Gone' }))
    return bytesOf(1)
  }
  caller.open('request', request, outcome)
  t.like(outcome.end, { _tag: 'Gone' })
  t.is(caller.calls.size, 0)
})

test('a value that cannot be encoded ends its call and no other, and nothing of it arrives', t => {
  const { caller, server, flush } = overBytes()
  const [request, stream, pushed] = [written(), written(), written()]
  const emitting = new Subject<unknown>()
  const answers = [[bytesOf(1), fails, bytesOf(2)], emitting]
  server.hubs.request.calls$.subscribe(call => call.reply(fails))
  server.hubs.stream.calls$.subscribe(call => call.reply(answers.shift()))
  caller.open('request', bytesOf(0), request)
  caller.open('stream', bytesOf(0), stream)
  caller.open('stream', bytesOf(0), pushed)
  flush()
  for (const value of [bytesOf(3), fails, bytesOf(4)]) emitting.next(value)
  flush()
  t.deepEqual(
    [request, stream, pushed].map(({ sizes }) => sizes),
    [[], [1], [3]],
  )
  for (const { end } of [request, stream, pushed]) t.like(end, { _tag: 'InvalidPayload' })
  t.false(emitting.observed)
  t.deepEqual([caller.calls.size, server.calls.size], [0, 0])
})

test('an item is longer than the far end takes in: its call ends, whether it waits or not', t => {
  const { caller, server, flush } = overBytes()
  const emitting = new Subject<unknown>()
  const [pulled, pushed, asked] = [written(), written(), written()]
  const answers = [[bytesOf(10_001)], emitting]
  server.hubs.stream.calls$.subscribe(call => call.reply(answers.shift()))
  server.hubs.request.calls$.subscribe(call => call.reply(bytesOf(10_001)))
  caller.open('stream', bytesOf(0), pulled)
  caller.open('stream', bytesOf(0), pushed, { credit: { items: 1 } })
  caller.open('request', bytesOf(0), asked)
  flush()
  emitting.next(bytesOf(1)) // all of the credit
  emitting.next(bytesOf(10_001))
  flush()
  for (const { end } of [pulled, pushed, asked]) t.like(end, { _tag: 'TooLarge', limit: 10_000 })
  t.deepEqual([caller.calls.size, server.calls.size], [0, 0])
})

test('what a value does while it is being encoded comes behind it', t => {
  const { caller, server, flush } = overBytes()
  const emitting = new Subject<unknown>()
  const [stream, late] = [written(), written()]
  server.hubs.stream.calls$.subscribe(call => call.reply(emitting))
  server.hubs.request.calls$.subscribe(call => call.reply(bytesOf(7)))
  caller.open('stream', bytesOf(0), stream)
  flush()
  emitting.next(() => {
    emitting.next(bytesOf(2))
    emitting.next(bytesOf(3))
    return bytesOf(1)
  })
  flush()
  t.deepEqual(stream.sizes, [1, 2, 3])
  // one that ends its own call, and makes another
  const upload = new Subject<unknown>()
  const [sum, received] = [written(), [] as unknown[]]
  const flow = caller.open('upload', upload, sum)
  server.hubs.upload.calls$.subscribe(call => {
    call.requests$.subscribe({
      next: item => received.push(item),
      error: (error: unknown) => received.push((error as { readonly _tag: string })._tag),
    })
    call.reply(NEVER)
  })
  flush()
  upload.next(() => {
    flow.unsubscribe()
    caller.open('request', bytesOf(0), late)
    return bytesOf(5)
  })
  flush()
  t.deepEqual(received, [bytesOf(5), 'Cancelled'])
  t.deepEqual([late.sizes, late.end, upload.observed], [[7], 'complete', false])
  t.deepEqual([caller.violations, server.violations], [[], []])
})

test('who watches in the middle of a run of items sees those that follow as frames, as long as it watches', t => {
  const { caller, server, flush } = overBytes()
  const seen: unknown[] = []
  function* items() {
    yield bytesOf(1)
    yield bytesOf(2)
    const watching = server.outgoing.subscribe(frame =>
      seen.push('payload' in frame ? frame.payload.length : frame._tag),
    )
    yield bytesOf(3)
    // also where that happens while one is being encoded: that one has left by then
    yield () => {
      watching.unsubscribe()
      return bytesOf(4)
    }
    yield bytesOf(5)
  }
  const outcome = written()
  server.hubs.stream.calls$.subscribe(call => call.reply(items()))
  caller.open('stream', bytesOf(0), outcome)
  flush()
  t.deepEqual([outcome.sizes, outcome.end], [[1, 2, 3, 4, 5], 'complete'])
  t.deepEqual(seen, [3])
})

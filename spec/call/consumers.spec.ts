import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { finalize, Observable, Subject } from 'rxjs'
import { Remote, toReadableStream } from 'sluice'

/** A call that a test plays the far end of. */
const played = () => {
  const items = new Subject<number>()
  const consumed: number[] = []
  let begun = 0
  let cancelled = 0
  const call$ = new Remote<number>(consumer => {
    begun++
    const subscription = items.pipe(finalize(() => cancelled++)).subscribe({
      next: value => consumer.next(value, value),
      error: (error: unknown) => consumer.error(error),
      complete: () => consumer.complete(),
    })
    return { unsubscribe: () => subscription.unsubscribe(), consumed: size => consumed.push(size) }
  })
  return { call$, items, consumed, begun: () => begun, cancelled: () => cancelled }
}

test('for await: nothing happens before the loop, and an item is consumed when the next one is asked for', async t => {
  const { call$, items, consumed, begun } = played()
  const loop = call$[Symbol.asyncIterator]()
  t.is(begun(), 0)
  const first = loop.next()
  t.is(begun(), 1)
  for (const n of [1, 2, 3]) items.next(n)
  t.deepEqual(await first, { done: false, value: 1 })
  t.deepEqual(consumed, [])
  t.deepEqual(await loop.next(), { done: false, value: 2 })
  t.deepEqual(consumed, [1])
  await loop.next()
  t.deepEqual(consumed, [1, 2])
})

test('for await: what has arrived is still given when the call has completed, and when it has failed', async t => {
  const { call$, items } = played()
  const loop = call$[Symbol.asyncIterator]()
  const first = loop.next()
  items.next(1)
  items.next(2)
  items.error(new Error('oops'))
  t.is((await first).value, 1)
  t.is((await loop.next()).value, 2)
  await t.throwsAsync(async () => loop.next(), { message: 'oops' })
  t.deepEqual(await loop.next(), { done: true, value: undefined })
})

test('for await: leaving the loop cancels the call', async t => {
  const { call$, items, cancelled } = played()
  setTimeout(() => [1, 2, 3].forEach(n => items.next(n)))
  const got: number[] = []
  for await (const n of call$) {
    got.push(n)
    if (n === 2) break
  }
  t.deepEqual(got, [1, 2])
  t.is(cancelled(), 1)
})

test('for await: whoever asks for several items at once gets each, and no credit is lost', async t => {
  const { call$, items, consumed } = played()
  const loop = call$[Symbol.asyncIterator]()
  const asked = [loop.next(), loop.next(), loop.next()]
  for (const n of [1, 2, 3]) items.next(n)
  t.deepEqual(
    (await Promise.all(asked)).map(({ value }) => value as number),
    [1, 2, 3],
  )
  // the third is still in hand
  t.deepEqual(consumed, [1, 2])
  const end = loop.next()
  t.deepEqual(consumed, [1, 2, 3])
  items.complete()
  t.true((await end).done)
})

test('a web stream grants an item when it asks for the one after, and that is when its queue has room', async t => {
  const { call$, items, consumed } = played()
  const reader = toReadableStream(call$).getReader()
  await setImmediate()
  for (const n of [1, 2, 3]) items.next(n)
  await setImmediate()
  // one lies in the queue of one, the others wait under credit
  t.deepEqual(consumed, [])
  t.is((await reader.read()).value, 1)
  await setImmediate()
  t.deepEqual(consumed, [1])
  t.is((await reader.read()).value, 2)
  t.is((await reader.read()).value, 3)
  await setImmediate()
  t.deepEqual(consumed, [1, 2, 3])
})

test('a web stream follows its own queue: one of four items takes four', async t => {
  const { call$, items, consumed } = played()
  const stream = toReadableStream(call$, new CountQueuingStrategy({ highWaterMark: 4 }))
  await setImmediate()
  for (let n = 1; n <= 9; n++) items.next(n)
  await setImmediate()
  t.deepEqual(consumed, [1, 2, 3])
  await stream.cancel()
})

test('a web stream without a queue begins its call with the first read', async t => {
  const { call$, items, begun } = played()
  const reader = toReadableStream(call$, { highWaterMark: 0 }).getReader()
  await setImmediate()
  t.is(begun(), 0)
  const read = reader.read()
  t.is(begun(), 1)
  items.next(7)
  t.is((await read).value, 7)
})

test('a web stream ends as its call ends, after what has arrived', async t => {
  const complete = played()
  const reader = toReadableStream(complete.call$).getReader()
  await setImmediate()
  complete.items.next(1)
  complete.items.next(2)
  complete.items.complete()
  t.is((await reader.read()).value, 1)
  t.is((await reader.read()).value, 2)
  t.true((await reader.read()).done)

  const failed = played()
  const broken = toReadableStream(failed.call$).getReader()
  await setImmediate()
  failed.items.error(new Error('oops'))
  await t.throwsAsync(async () => broken.read(), { message: 'oops' })
})

test('cancelling a web stream cancels its call', async t => {
  const { call$, items, cancelled } = played()
  const reader = toReadableStream(call$).getReader()
  await setImmediate()
  items.next(1)
  await reader.read()
  await reader.cancel('enough')
  t.is(cancelled(), 1)
  t.false(items.observed)
})

test('a Remote is an Observable like any other: a plain subscription is one call', t => {
  const { call$, items, consumed, begun } = played()
  t.true(call$ instanceof Observable)
  const got: number[] = []
  const subscription = call$.subscribe(n => got.push(n))
  items.next(1)
  subscription.unsubscribe()
  t.deepEqual([got, begun(), consumed], [[1], 1, []])
})

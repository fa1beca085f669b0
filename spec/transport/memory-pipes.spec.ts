import test from 'ava'
import { VirtualTimeScheduler, type Observable } from 'rxjs'
import { memoryPair, memoryPipes, type Pipe, type PipeError } from 'sluice'
import { marbles } from 'sluice/testing'

const bytes = (...values: number[]) => Uint8Array.from(values)

/** Everything that an Observable does, in order. */
const record = <T>(source$: Observable<T>) => {
  const seen: unknown[] = []
  const subscription = source$.subscribe({
    next: value => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('end'),
  })
  return Object.assign(seen, { subscription })
}

/** A pair for texts, whose scheduler takes a turn when it is told to. */
const start = () => {
  const scheduler = new VirtualTimeScheduler()
  return { ...memoryPair<string>(scheduler), turn: () => scheduler.flush() }
}

test('what either end says reaches the other, in order', t => {
  const { dialled, accepted, turn } = start()
  const up = record(accepted.incoming)
  const down = record(dialled.incoming)
  for (const text of ['a', 'b', 'c']) dialled.outgoing.next(text)
  accepted.outgoing.next('x')
  turn()
  t.deepEqual([...up], ['a', 'b', 'c'])
  t.deepEqual([...down], ['x'])
  t.deepEqual([dialled.end, accepted.end], ['dialled', 'accepted'])
})

test('nothing arrives inside a call of next, of either end', t => {
  const { dialled, accepted, turn } = start()
  const seen: string[] = []
  accepted.incoming.subscribe(text => {
    seen.push(`got ${text}`)
    accepted.outgoing.next(`re ${text}`)
    seen.push(`answered ${text}`)
  })
  dialled.incoming.subscribe(text => seen.push(text))
  dialled.outgoing.next('a')
  dialled.outgoing.next('b')
  t.deepEqual(seen, [])
  turn()
  t.deepEqual(seen, ['got a', 'answered a', 'got b', 'answered b', 're a', 're b'])
})

test('what is said while something is delivered waits for its turn, in order', t => {
  const { dialled, accepted, turn } = start()
  const seen: string[] = []
  accepted.incoming.subscribe(text => {
    seen.push(text)
    if (text === 'a') dialled.outgoing.next('c')
  })
  dialled.outgoing.next('a')
  dialled.outgoing.next('b')
  turn()
  t.deepEqual(seen, ['a', 'b', 'c'])
})

// alone: rxjs has one queue for what is to happen soon, and a marble test beside it would wait for its turn in vain
test.serial('two ends that answer each other fill no stack', async t => {
  const { dialled, accepted } = memoryPair<number>()
  accepted.incoming.subscribe(n => accepted.outgoing.next(n + 1))
  const last = await new Promise<number>(resolve => {
    dialled.incoming.subscribe(n => {
      if (n > 50_000) resolve(n)
      else dialled.outgoing.next(n + 1)
    })
    dialled.outgoing.next(1)
  })
  t.true(last > 50_000)
})

test('keeps all that was said before its reader came, the end too', t => {
  const { dialled, accepted, turn } = start()
  dialled.outgoing.next('a')
  dialled.outgoing.complete()
  accepted.outgoing.next('x')
  accepted.outgoing.error(new Error('enough'))
  turn()
  const up = record(accepted.incoming)
  t.deepEqual([...up], [])
  turn()
  // what it said before the abortion of its own reader is still its due
  t.is(up[0], 'a')
  t.is(up.length, 2)
})

test('has one reader: a second one is told what to do, and the first one reads on', t => {
  const { dialled, accepted, turn } = start()
  const first = record(accepted.incoming)
  const error = record(accepted.incoming)[0] as PipeError
  t.like(error, { _tag: 'PipeError', why: 'misused' })
  t.regex(error.message, /one reader.*layer in between/)
  dialled.outgoing.next('a')
  turn()
  t.deepEqual([...first], ['a'])
  first.subscription.unsubscribe()
  t.like(record(accepted.incoming)[0], { why: 'misused' })
})

test('a reader that leaves in the middle of a turn gets no more', t => {
  const { dialled, accepted, turn } = start()
  const seen: string[] = []
  const subscription = accepted.incoming.subscribe(text => {
    seen.push(text)
    subscription.unsubscribe()
  })
  dialled.outgoing.next('a')
  dialled.outgoing.next('b')
  turn()
  dialled.outgoing.next('c')
  turn()
  t.deepEqual(seen, ['a'])
})

test('an end that has said all ends its half behind it, and the other half stays open', t => {
  const { dialled, accepted, ended$, turn } = start()
  const up = record(accepted.incoming)
  const down = record(dialled.incoming)
  const ended = record(ended$)
  dialled.outgoing.next('a')
  dialled.outgoing.complete()
  turn()
  t.deepEqual([...up], ['a', 'end'])
  accepted.outgoing.next('x')
  turn()
  t.deepEqual([...down], ['x'])
  t.deepEqual([...ended], [])
  accepted.outgoing.complete()
  turn()
  t.deepEqual([...down], ['x', 'end'])
  t.deepEqual([...ended], ['end'])
})

test('an end that aborts: the dialler fails with its error, the far end with a reset behind what was said', t => {
  const { dialled, accepted, ended$, turn } = start()
  const up = record(accepted.incoming)
  const down = record(dialled.incoming)
  const ended = record(ended$)
  const why = new Error('enough')
  dialled.outgoing.next('why')
  dialled.outgoing.error(why)
  turn()
  t.is(up[0], 'why')
  t.like(up[1], { _tag: 'PipeError', why: 'reset' })
  t.like(down[0], { _tag: 'PipeError', why: 'aborted', cause: why })
  t.deepEqual([...ended], [why])
})

test('when the accepted end aborts, the dialler hears that the pipe was reset, once its reader has', t => {
  const { dialled, accepted, ended$, turn } = start()
  const order: string[] = []
  dialled.incoming.subscribe({
    next: text => order.push(text),
    error: (error: unknown) => order.push((error as PipeError).why),
  })
  ended$.subscribe({ error: (error: unknown) => order.push(`dialler ${(error as PipeError).why}`) })
  accepted.outgoing.next('why')
  accepted.outgoing.error(new Error('a reason of the far end’s own'))
  // it is another program's error as it were: nothing of it crosses, and nothing in the middle of its call
  t.deepEqual(order, [])
  turn()
  t.deepEqual(order, ['why', 'reset', 'dialler reset'])
})

test('a dialler whose reader answers a reset with its own error fails with that', t => {
  const { dialled, accepted, ended$, turn } = start()
  const why = new Error('the far end said why')
  const ended = record(ended$)
  dialled.incoming.subscribe({ error: () => dialled.outgoing.error(why) })
  accepted.outgoing.error(new Error('x'))
  turn()
  t.deepEqual([...ended], [why])
})

test('writable turns false past 1 MiB, and true again when the far end has taken it', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const writable = record(dialled.writable)
  const mebibyte = new Uint8Array(1024 * 1024)
  dialled.outgoing.next(mebibyte)
  t.deepEqual([...writable], [true])
  dialled.outgoing.next(bytes(1))
  t.deepEqual([...writable], [true, false])
  scheduler.flush()
  t.deepEqual([...writable], [true, false])
  const up = record(accepted.incoming)
  scheduler.flush()
  t.deepEqual([...writable], [true, false, true])
  t.is(up.length, 2)
  t.deepEqual([...record(accepted.writable)], [true])
})

test('each subscription dials a pipe of its own, and a listener gets one for each', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dial, pipes$ } = memoryPipes(scheduler)
  const accepted = record(pipes$)
  const dialled = [record(dial), record(dial)]
  t.is(accepted.length, 2)
  const [first, second] = accepted as Pipe[] as [Pipe, Pipe]
  const read = [record(first.incoming), record(second.incoming)]
  ;(dialled[1]?.[0] as Pipe).outgoing.next(bytes(2))
  scheduler.flush()
  t.deepEqual(
    read.map(seen => [...seen]),
    [[], [bytes(2)]],
  )
})

test('a dialler waits for a listener, and one that gives up before is not accepted', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dial, pipes$ } = memoryPipes(scheduler)
  const dialled = [record(dial), record(dial)]
  t.is(dialled[0]?.length, 1)
  dialled[0]?.subscription.unsubscribe()
  const accepted = record(pipes$)
  t.is(accepted.length, 1)
  const read = record((accepted[0] as Pipe).incoming)
  ;(dialled[1]?.[0] as Pipe).outgoing.next(bytes(7))
  scheduler.flush()
  t.deepEqual([...read], [bytes(7)])
})

test('a dialler that is unsubscribed ends its half; a listener outlives that, and its pipes outlive the listener', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dial, pipes$ } = memoryPipes(scheduler)
  const accepted = record(pipes$)
  const dialled = record(dial)
  const read = record((accepted[0] as Pipe).incoming)
  ;(dialled[0] as Pipe).outgoing.next(bytes(1))
  dialled.subscription.unsubscribe()
  scheduler.flush()
  t.deepEqual([...read], [bytes(1), 'end'])
  const other = record(dial)
  t.is(accepted.length, 2)
  accepted.subscription.unsubscribe()
  const still = record((accepted[1] as Pipe).incoming)
  ;(other[0] as Pipe).outgoing.next(bytes(3))
  scheduler.flush()
  t.deepEqual([...still], [bytes(3)])
})

test('a dialler completes when both halves have ended in order, and fails when the pipe broke', t => {
  const scheduler = new VirtualTimeScheduler()
  const { dial, pipes$ } = memoryPipes(scheduler)
  const accepted = record(pipes$)
  const orderly = record(dial)
  ;(accepted[0] as Pipe).outgoing.complete()
  t.is(orderly.length, 1)
  ;(orderly[0] as Pipe).outgoing.complete()
  t.deepEqual(orderly.slice(1), ['end'])
  const broken = record(dial)
  ;(accepted[1] as Pipe).outgoing.error(new Error('x'))
  scheduler.flush()
  t.like(broken[1], { _tag: 'PipeError', why: 'reset' })
  t.is(accepted.length, 2)
})

test('under virtual time it delivers in virtual time', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const { dialled, accepted } = memoryPair<string>()
    cold('-a-b-|').subscribe(dialled.outgoing)
    expectObservable(accepted.incoming).toBe('-a-b-|')
  })
})

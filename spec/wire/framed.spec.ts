import test from 'ava'
import { catchError, NEVER, Observable, of, Subject, take, throwError, VirtualTimeScheduler, type Observer } from 'rxjs'
import { marbles } from 'sluice/testing'
import { PipeError } from '../../src/pipe/pipe-error.js'
import type { Pipe } from '../../src/pipe/pipe.js'
import { openFrame } from '../../src/testing/open-frame.js'
import { writeOpen, writePayload } from '../../src/wire/frame-outlet.js'
import { framed } from '../../src/wire/framed.js'
import type { Frame, Open } from '../../src/wire/frame.js'
import type { WriteValue } from '../../src/wire/payload-writer.js'
import { plain, readIn, written } from './arbitrary-frame.js'

const cancel = (id: number): Frame => ({ _tag: 'Cancel', id })
const broken = new PipeError('reset', 'reset')

const pipeOf = (incoming: Observable<Uint8Array>, outgoing = new Subject<Uint8Array>()): Pipe => ({
  end: 'dialled',
  incoming,
  outgoing,
  writable: of(true),
  secret: Uint8Array.of(7),
})

/** What the bytes' half sees, as it happens. */
const watch = () => {
  const seen: unknown[] = []
  const outgoing = new Subject<Uint8Array>()
  const observer: Observer<Uint8Array> = {
    next: batch => seen.push(readIn([batch]).map(plain)),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  }
  outgoing.subscribe(observer)
  return { seen, outgoing }
}

const two = written(cancel(1), cancel(3))
const parts = { a: two.subarray(0, 3), b: two.subarray(3, 7), c: two.subarray(7) }
const frames = { x: cancel(1), y: cancel(3) }

test('chunks become frames, as they come, until the pipe ends', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a--b--c--|', parts)
    const expected = '    ----x--y--|'
    const subscription = '^---------!'

    expectObservable(framed()(pipeOf(source)).incoming).toBe(expected, frames)
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('an end in the middle of a frame is an end: what it means is for the session to say', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const source = hot('a--b--|', parts)
    const expected = '  ---x--|'
    expectObservable(framed()(pipeOf(source)).incoming).toBe(expected, frames)
  })
})

test('a first batch leaves in the middle of the tick where the pipe merges, and at its end where not', t => {
  const left = (merges: boolean) => {
    const scheduler = new VirtualTimeScheduler()
    const outgoing = new Subject<Uint8Array>()
    const lengths: number[] = []
    outgoing.subscribe(({ length }) => void lengths.push(length))
    const pipe = pipeOf(NEVER, outgoing)
    const frames = framed(undefined, scheduler)(merges ? { ...pipe, merges } : pipe)
    for (let n = 0; n < 3; n++) frames.outgoing.next({ _tag: 'Reply', id: 1, payload: new Uint8Array(505) })
    const amidst = [...lengths]
    scheduler.flush()
    return [amidst, lengths]
  }
  t.deepEqual(left(true), [[1_024], [1_024, 512]])
  t.deepEqual(left(false), [[], [1_536]])
})

test('requests leave in halves once the far end has answered all of the ones before', t => {
  const scheduler = new VirtualTimeScheduler()
  const [ours, theirs] = [new Subject<Uint8Array>(), new Subject<Uint8Array>()]
  const lengths: number[] = []
  ours.subscribe(({ length }) => void lengths.push(length))
  const frames = framed(undefined, scheduler)(pipeOf(theirs, ours))
  frames.incoming.subscribe()
  const raw: WriteValue = (value, to) => void to.raw(value as Uint8Array)
  const open: Open = openFrame(1, 0)
  // each makes a frame of 64 bytes
  const ask = (ids: readonly number[]) => {
    for (const id of ids) writeOpen(frames.outgoing, { ...open, id }, raw, new Uint8Array(56), 100)
    scheduler.flush()
    return lengths.splice(0)
  }
  const calls = (first: number) => Array.from({ length: 32 }, (_, n) => first + 2 * n)
  t.deepEqual(ask(calls(201)), [2_048])
  theirs.next(written({ _tag: 'Reply', id: 263, payload: new Uint8Array(0) }))
  t.deepEqual(ask(calls(301)), [2_048])
  theirs.next(written({ _tag: 'Reply', id: 331, payload: new Uint8Array(0) }))
  t.deepEqual(ask(calls(401)), [1_024, 1_024])
  theirs.next(written({ _tag: 'Reply', id: 363, payload: new Uint8Array(0) }))
  t.deepEqual(ask(calls(501)), [2_048])
})

test('a pipe that says nothing, or breaks, does so for frames too', t => {
  marbles(t, ({ cold, expectObservable }) => {
    expectObservable(framed()(pipeOf(NEVER)).incoming).toBe('-')
    expectObservable(framed()(pipeOf(cold('a--b--#', parts, broken))).incoming).toBe('---x--#', frames, broken)
  })
})

test('unsubscribing between two frames of one chunk lets go of the pipe, and the second is not delivered', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  ---a---', { a: two })
    const expected = '    ---(x|)'
    const subscription = '^--!'
    expectObservable(framed()(pipeOf(source)).incoming.pipe(take(1))).toBe(expected, frames)
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('garbage fails with a violation, after the frames before it, and the pipe is let go', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  a--g--a--|', { a: written(cancel(1)), g: Buffer.concat([two, Uint8Array.of(2, 26, 5), two]) })
    const expected = '    x--(xy#)'
    const subscription = '^--!'
    const incoming = framed()(pipeOf(source)).incoming.pipe(
      catchError((error: unknown) => throwError(() => (error as { readonly _tag: string })._tag)),
    )
    expectObservable(incoming).toBe(expected, frames, 'ProtocolViolation')
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('a frame over the limit of this end is a violation, which names both numbers', t => {
  const errors: unknown[] = []
  const long = written({ _tag: 'Next', id: 1, payload: new Uint8Array(1_000) })
  framed(500)(pipeOf(of(long))).incoming.subscribe({ error: (error: unknown) => errors.push(error) })
  t.like(errors[0], { _tag: 'ProtocolViolation' })
  t.regex(String(errors[0]), /1005 bytes or more is over the limit of 500/)
})

test('keeps the rest of the pipe: which end it is, its secret, whether it can be written to', t => {
  const pipe = pipeOf(of())
  const { end, secret, writable } = framed()(pipe)
  t.deepEqual([end, secret, writable], [pipe.end, pipe.secret, pipe.writable])
})

test('frames of one tick share one write, after it', t => {
  const scheduler = new VirtualTimeScheduler()
  const { seen, outgoing } = watch()
  const pipe = framed(undefined, scheduler)(pipeOf(of(), outgoing))
  pipe.outgoing.next(cancel(1))
  pipe.outgoing.next(cancel(3))
  t.deepEqual(seen, [])
  scheduler.flush()
  t.deepEqual(seen, [[plain(cancel(1)), plain(cancel(3))]])
})

test('what is queued leaves before the end of this half', t => {
  const { seen, outgoing } = watch()
  const pipe = framed(undefined, new VirtualTimeScheduler())(pipeOf(of(), outgoing))
  pipe.outgoing.next(cancel(1))
  pipe.outgoing.complete()
  t.deepEqual(seen, [[plain(cancel(1))], 'complete'])
})

test('what is queued leaves before the pipe is aborted: it may say why', t => {
  const { seen, outgoing } = watch()
  const pipe = framed(undefined, new VirtualTimeScheduler())(pipeOf(of(), outgoing))
  pipe.outgoing.next({ _tag: 'Goodbye', reason: 'VIOLATION', message: 'no' })
  pipe.outgoing.error(broken)
  t.deepEqual(seen, [[plain({ _tag: 'Goodbye', reason: 'VIOLATION', message: 'no' })], broken])
})

test('a pipe that is ended, or aborted, by what a value does while it is being encoded ends behind that value', t => {
  const ends: readonly [(pipe: Pipe<Frame>) => void, unknown][] = [
    [pipe => pipe.outgoing.complete(), 'complete'],
    [pipe => pipe.outgoing.error(broken), broken],
  ]
  for (const [end, expected] of ends) {
    const { seen, outgoing } = watch()
    const pipe = framed(undefined, new VirtualTimeScheduler())(pipeOf(of(), outgoing))
    const last: WriteValue = (_, to) => {
      to.raw(Uint8Array.of(1))
      pipe.outgoing.next(cancel(5))
      pipe.outgoing.next(cancel(7))
      end(pipe)
      to.raw(Uint8Array.of(2))
    }
    pipe.outgoing.next(cancel(1))
    t.is(writePayload(pipe.outgoing, 'Next', 3, last, undefined, 100), 2)
    const frames: readonly Frame[] = [
      cancel(1),
      { _tag: 'Next', id: 3, payload: Uint8Array.of(1, 2) },
      cancel(5),
      cancel(7),
    ]
    t.deepEqual(seen, [frames.map(plain), expected])
  }
})

test('whoever watches what is said sees values as frames', t => {
  const pipe = framed(undefined, new VirtualTimeScheduler())(pipeOf(of(), watch().outgoing))
  const seen: Frame[] = []
  const write: WriteValue = (value, to) => void to.raw(value as Uint8Array)
  const say = (most: number) => writePayload(pipe.outgoing, 'Reply', 3, write, Uint8Array.of(1, 2), most)
  t.is(say(2), 2)
  const watching = pipe.outgoing.subscribe(frame => seen.push(frame))
  t.is(say(2), 2)
  t.deepEqual(plain(say(1)), plain(Uint8Array.of(1, 2)))
  t.deepEqual(seen.map(plain), [plain({ _tag: 'Reply', id: 3, payload: Uint8Array.of(1, 2) })])
  const ask: Open = { ...openFrame(5, 1), timeoutMs: 9 }
  t.is(writeOpen(pipe.outgoing, ask, write, Uint8Array.of(1, 2), 2), 2)
  t.deepEqual(plain(writeOpen(pipe.outgoing, ask, write, Uint8Array.of(1, 2), 1)), plain(Uint8Array.of(1, 2)))
  t.deepEqual(plain(seen[1]), plain({ ...ask, payload: Uint8Array.of(1, 2) }))
  watching.unsubscribe()
  t.is(say(2), 2)
  t.is(writeOpen(pipe.outgoing, ask, write, Uint8Array.of(1, 2), 2), 2)
  t.is(seen.length, 2)
})

test('reading starts with the first subscription', t => {
  let subscribed = 0
  const { incoming } = framed()(
    pipeOf(
      new Observable(() => {
        subscribed++
      }),
    ),
  )
  t.is(subscribed, 0)
  incoming.subscribe()
  t.is(subscribed, 1)
})

import assert from 'node:assert/strict'
import test from 'ava'
import { catchError, endWith, ignoreElements, mergeMap, NEVER, of, tap, type Observable } from 'rxjs'
import { framed, PipeError, type Frame, type Pipe } from 'sluice'
import { createMarbles, cutAt, marbles, split, type MarbleHelpers } from 'sluice/testing'

const cancel = (id: number): Frame => ({ _tag: 'Cancel', id })

/** Says a frame on each pipe at these times, and hands on what comes back. */
const talk =
  ({ scheduler }: MarbleHelpers, script: Record<number, Frame | 'end' | Error>) =>
  (pipe: Pipe): Observable<Frame> => {
    const { incoming, outgoing } = framed()(pipe)
    for (const [time, said] of Object.entries(script))
      scheduler.schedule(() => {
        if (said === 'end') outgoing.complete()
        else if (said instanceof Error) outgoing.error(said)
        else outgoing.next(said)
      }, Number(time))
    return incoming
  }

test('what either end says arrives 10 ms later, the end too, and is recorded as it was said', t => {
  marbles(t, helpers => {
    const { dial, pipes$, left, right } = helpers.wire()
    const near$ = dial.pipe(mergeMap(talk(helpers, { 0: cancel(1), 5: cancel(3), 20: 'end' })))
    const far$ = pipes$.pipe(mergeMap(talk(helpers, { 7: cancel(2), 9: 'end' })))
    helpers.expectObservable(far$).toBe('10ms x----y', { x: cancel(1), y: cancel(3) })
    helpers.expectObservable(near$).toBe('17ms z--|', { z: cancel(2) })
    helpers.expectFrames(left).toBe('X----X 14ms |', { X: [{ id: 1 }, { id: 3 }] })
    helpers.expectFrames(right).toBe('-------X-|', { X: { id: 2 } })
  })
})

test('a wire may be longer, or have no length at all', t => {
  for (const ms of [0, 250])
    marbles(t, helpers => {
      const { dial, pipes$ } = helpers.wire({ latency: ms })
      helpers.run(dial.pipe(mergeMap(talk(helpers, { 3: cancel(1) }))))
      const far$ = pipes$.pipe(mergeMap(talk(helpers, {})))
      helpers.expectObservable(far$, '1s !').toBe(`${3 + ms}ms x`, { x: cancel(1) })
    })
})

test('an aborted half ends its record, and the far end hears of it 10 ms later', t => {
  marbles(t, helpers => {
    const { dial, pipes$, left } = helpers.wire()
    const why = new Error('enough')
    helpers.expectObservable(dial.pipe(mergeMap(talk(helpers, { 0: cancel(1), 3: why })))).toBe('---#', undefined, why)
    const far$ = pipes$.pipe(mergeMap(talk(helpers, {})))
    helpers
      .expectObservable(far$)
      .toBe('10ms x--#', { x: cancel(1) }, new PipeError('reset', 'the far end aborted the pipe: dial again'))
    helpers.expectFrames(left).toBe('X--#')
  })
})

test('when the accepted end aborts, the dialler hears of it as late as its reader does', t => {
  marbles(t, helpers => {
    const { dial, pipes$ } = helpers.wire()
    helpers.run(pipes$.pipe(mergeMap(talk(helpers, { 3: new Error('x') }))).pipe(catchError(() => NEVER)))
    const listen = (pipe: Pipe) => pipe.incoming.subscribe({ error: () => undefined })
    helpers
      .expectObservable(dial.pipe(tap(listen), ignoreElements()))
      .toBe('13ms #', undefined, new PipeError('reset', 'the far end aborted the pipe: dial again'))
  })
})

test('a dialler whose reader aborts in turn fails with the reason that the reader gives', t => {
  marbles(t, helpers => {
    const { dial, pipes$ } = helpers.wire()
    const why = new Error('the last frame said why')
    helpers.run(pipes$.pipe(mergeMap(talk(helpers, { 3: new Error('x') }))).pipe(catchError(() => NEVER)))
    const answer = (pipe: Pipe) => pipe.incoming.subscribe({ error: () => pipe.outgoing.error(why) })
    helpers.expectObservable(dial.pipe(tap(answer), ignoreElements())).toBe('13ms #', undefined, why)
  })
})

test('records every pipe that is dialled, one after the other', t => {
  marbles(t, helpers => {
    const { dial, pipes$, left } = helpers.wire()
    helpers.run(pipes$)
    helpers.expectObservable(dial.pipe(mergeMap(talk(helpers, { 0: cancel(1) }))), '2ms !').toBe('')
    helpers.expectObservable(dial.pipe(mergeMap(talk(helpers, { 5: cancel(3) }))), '4ms ^ 10ms !').toBe('')
    helpers.expectFrames(left).toBe('X-| 6ms X-----|', { X: [{ id: 1 }, { id: 3 }] })
  })
})

test('a fault is put on one end: what it does to the bytes, the other end’s record does not see', t => {
  marbles(t, helpers => {
    const { dial, pipes$, right } = helpers.wire({ left: pipe => split([1])(cutAt({ byte: 7 })(pipe)) })
    // frames of five bytes: one and a half arrive
    helpers
      .expectObservable(dial.pipe(mergeMap(pipe => talk(helpers, {})(pipe).pipe(endWith('end')))))
      .toBe('10ms xe', { x: cancel(2), e: 'end' })
    helpers.run(pipes$.pipe(mergeMap(talk(helpers, { 0: cancel(2), 1: cancel(4), 30: 'end' }))))
    helpers.expectFrames(right).toBe('XX 28ms |', { X: [{ id: 2 }, { id: 4 }] })
  })
})

test('random bytes are the same in every run, and not all the same', t => {
  const runs: string[] = []
  for (let i = 0; i < 2; i++)
    marbles(t, ({ random, expectObservable }) => {
      const bytes = random(32)
      runs.push(Buffer.from(bytes).toString('hex'))
      t.true(new Set(bytes).size > 20)
      t.notDeepEqual(random(32), bytes)
      expectObservable(of(1)).toBe('(a|)', { a: 1 })
    })
  t.is(runs[0], runs[1])
})

test('what is run is subscribed at once, and let go at the end of the test', t => {
  const moments: number[] = []
  marbles(
    t,
    ({ cold, run, scheduler, expectSubscriptions }) => {
      const source = cold('a')
      run(source)
      scheduler.schedule(() => moments.push(scheduler.now()), 30)
      expectSubscriptions(source.subscriptions).toBe('^ 19ms !')
    },
    { end: 20 },
  )
  t.deepEqual(moments, [30])
})

test('a marble test in any runner fails where its diagrams are wrong, of values and of frames', t => {
  const run = createMarbles({ assertDeepEqual: assert.deepStrictEqual })
  t.throws(() => run(({ expectObservable }) => expectObservable(of(1)).toBe('a', { a: 1 })), { name: 'AssertionError' })
  const frames = (diagram: string) => () =>
    run(helpers => {
      const { dial, left } = helpers.wire()
      helpers.run(dial.pipe(mergeMap(talk(helpers, { 0: cancel(1) }))))
      helpers.expectFrames(left).toBe(diagram)
    })
  t.notThrows(frames('X 59999ms |'))
  const error = t.throws(frames('X 59999ms #'), { name: 'AssertionError' })
  t.regex(error.message, /X 59999ms \|[^]*X 59999ms #/)
})

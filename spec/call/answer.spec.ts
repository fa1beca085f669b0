import test from 'ava'
import { of, Subject, take, type Observable } from 'rxjs'
import { answer, type AnswerOptions } from '../../src/call/answer.js'
import type { IncomingCall } from '../../src/call/incoming-call.js'
import { bytesOf, drawn, open, played } from './rig.js'

/** Requests 1, 3, 5, ... that are answered with what a test gives them, when it does so. */
const answering = (options: AnswerOptions, atOnce: readonly number[] = []) => {
  const rig = played('accepted', { own: { frameBytes: 1_000, messageBytes: 10_000, calls: 99 } })
  const begun: number[] = []
  const answers = new Map<number, Subject<Uint8Array>>()
  const settled: (number | 'over')[] = []
  const project = (_request: unknown, call: { readonly id: number }): Observable<Uint8Array> => {
    const { id } = call
    begun.push(id)
    const answer$ = new Subject<Uint8Array>()
    answers.set(id, answer$)
    return atOnce.includes(id) ? of(bytesOf(id)) : answer$
  }
  // the hub lives on when no more of its calls are to be answered
  const calls$ = new Subject<IncomingCall>()
  rig.hubs.request.calls$.subscribe(call => calls$.next(call))
  const subscription = calls$.pipe(answer(project as never, options)).subscribe({
    next: ({ call }) => settled.push((call as unknown as { readonly id: number }).id),
    complete: () => settled.push('over'),
  })
  const reply = (id: number) => answers.get(id)?.next(bytesOf(id))
  const ask = (...ids: readonly number[]) => {
    for (const id of ids) rig.say(open(id, 0))
  }
  return { ...rig, begun, settled, reply, ask, done: () => calls$.complete(), stop: () => subscription.unsubscribe() }
}

test('as many calls are in hand at once as is said, also when one of them has been answered', t => {
  const { ask, reply, begun, sent } = answering({ concurrency: 2 })
  ask(1, 3, 5, 7, 9)
  t.deepEqual(begun, [1, 3])
  reply(3)
  t.deepEqual(begun, [1, 3, 5])
  reply(1)
  t.deepEqual(begun, [1, 3, 5, 7])
  for (const id of [9, 7, 5]) reply(id)
  t.deepEqual(begun, [1, 3, 5, 7, 9])
  reply(9)
  t.deepEqual(drawn(sent), ['Reply 3 3', 'Reply 1 1', 'Reply 7 7', 'Reply 5 5', 'Reply 9 9'])
})

test('it is over when no more calls come and all of them are settled, those that waited too', t => {
  const { ask, reply, settled, done } = answering({ concurrency: 1 }, [3, 5])
  ask(1, 3, 5, 7)
  done()
  t.deepEqual(settled, [])
  reply(1)
  t.deepEqual(settled, [1, 3, 5])
  reply(7)
  t.deepEqual(settled, [1, 3, 5, 7, 'over'])
})

test('a call that is given up while it waits is settled in its turn, and nothing is made for it', t => {
  const { ask, reply, say, begun, settled } = answering({ concurrency: 1 })
  ask(1, 3, 5)
  say({ _tag: 'Cancel', id: 3 })
  t.deepEqual(settled, [])
  reply(1)
  t.deepEqual(
    [begun, settled],
    [
      [1, 5],
      [1, 3],
    ],
  )
})

test('whoever stops answering lets go of the calls in hand: their callers are told', t => {
  const { ask, reply, sent, stop, calls } = answering({})
  ask(1, 3)
  reply(1)
  stop()
  t.deepEqual(drawn(sent), ['Reply 1 1', 'Fail 3'])
  t.like(sent[1], { code: 'NO_REPLY' })
  t.is(calls.size, 0)
})

test('those that were answered before, in whatever order, are not among them', t => {
  const { ask, reply, stop, sent } = answering({})
  ask(1, 3, 5, 7, 9, 11)
  for (const id of [9, 1, 11]) reply(id)
  ask(13)
  reply(3)
  sent.length = 0
  stop()
  t.deepEqual(drawn(sent).slice().sort(), ['Fail 13', 'Fail 5', 'Fail 7'])
})

test('in the order of arrival, what is ready early waits for those before it', t => {
  const { ask, reply, sent, begun } = answering({ order: 'arrival' })
  ask(1, 3, 5)
  t.deepEqual(begun, [1, 3, 5])
  reply(5)
  reply(3)
  t.deepEqual(drawn(sent), [])
  reply(1)
  t.deepEqual(drawn(sent), ['Reply 1 1', 'Reply 3 3', 'Reply 5 5'])
})

for (const order of ['completion', 'arrival'] as const) {
  /** The hub's own calls, so many of them. */
  const ofHub = (most: number) => {
    const rig = played('accepted', {
      own: { frameBytes: 1_000, messageBytes: 10_000, calls: 99 },
      claimWithin: 100,
    })
    const answers: Subject<Uint8Array>[] = []
    const project = (): Observable<Uint8Array> => {
      const answer$ = new Subject<Uint8Array>()
      answers.push(answer$)
      return answer$
    }
    const calls$ = rig.hubs.request.calls$.pipe(take(most))
    const subscription = calls$.pipe(answer(project as never, { concurrency: 1, order })).subscribe()
    for (const id of [1, 3, 5]) rig.say(open(id, 0))
    return { ...rig, answers, stop: () => subscription.unsubscribe() }
  }

  test(`by ${order}: calls that wait when no more are taken are answered in their turn, however long that takes`, t => {
    const { answers, sent, scheduler } = ofHub(3)
    scheduler.flush() // past the time within which somebody has to take them
    t.deepEqual(drawn(sent), [])
    for (const id of [1, 3, 5]) {
      // the next one begins meanwhile
      const answer$ = answers.at(-1)
      answer$?.next(bytesOf(id))
      answer$?.complete()
    }
    t.deepEqual(drawn(sent), ['Reply 1 1', 'Reply 3 3', 'Reply 5 5'])
  })

  for (const most of [3, 4])
    test(`by ${order}: unsubscribing lets go of those that wait, ${most === 3 ? 'also when no more come' : 'and of the one in hand'}`, t => {
      const { sent, stop } = ofHub(most)
      stop()
      t.deepEqual(
        sent.map(frame => [frame.id, '_tag' in frame && frame._tag === 'Fail' ? frame.code : frame._tag]),
        [1, 3, 5].map(id => [id, 'NO_REPLY']),
      )
    })
}

test('events wait for their turn too, and are over once they had it', t => {
  for (const order of ['completion', 'arrival'] as const) {
    const { hubs, say } = played('accepted')
    const begun: Subject<never>[] = []
    const over: string[] = []
    const work = () => {
      const done = new Subject<never>()
      begun.push(done)
      return done as never
    }
    hubs.event.calls$
      .pipe(answer(work, { concurrency: 1, order }))
      .subscribe(({ _tag, call }) => over.push(`${_tag} ${(call as unknown as { id: number }).id}`))
    for (const id of [1, 3, 5]) say(open(id, 4))
    for (let n = 0; n < 3; n++) {
      t.is(begun.length, n + 1, order)
      t.is(over.length, n, order)
      begun[n]?.complete()
    }
    t.deepEqual(over, ['Replied 1', 'Replied 3', 'Replied 5'])
  }
})

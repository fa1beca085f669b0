import test from 'ava'
import { concat, interval, map, merge, mergeMap, NEVER, share, take, tap, timer } from 'rxjs'
import { answer, linear, paced, serve } from 'sluice'
import { cutAt, marbles, onPipe, statusLetters } from 'sluice/testing'
import { Kitchen } from '../peer/kitchen.js'
import { named } from '../peer/named.js'

test('the calls of one end stand on one line: what it says as it leaves, what it hears as it arrives', t => {
  marbles(t, ({ peers, expectObservable, expectCalls }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
    )
    const answer$ = client$.pipe(mergeMap(({ remote }) => remote.greet('Ann')))
    expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    const values = { O: { id: 1, method: 'greet', value: 'Ann' }, R: { value: 'hello, Ann' } }
    expectCalls(left).toBe(' 20ms O 24ms R', values)
    expectCalls(right).toBe('30ms O----R', values)
  })
})

test('one call, or those of one method, can be looked at alone', t => {
  marbles(t, ({ peers, run, expectCalls }) => {
    const { client$, left } = peers(Kitchen, client =>
      serve(client, { ...never, bake: ms => timer(ms).pipe(map(() => `after ${ms}`)), ticks: () => [1, 2] }),
    )
    run(client$.pipe(mergeMap(({ remote }) => merge(remote.bake(7), remote.bake(3), remote.ticks(2)))))
    expectCalls(left).toBe('20ms (OOO) 15ms (NNC) (at 43ms) R---R')
    expectCalls(left, { id: 1 }).toBe('20ms O 26ms R', { R: { value: 'after 7' } })
    expectCalls(left, { method: 'bake' }).toBe('20ms (OO) 19ms R---R', { O: [{ value: 7 }, { value: 3 }] })
    expectCalls(left, { method: 'ticks' }).toBe('20ms O 19ms (NNC)', { N: [{ value: 1 }, { value: 2 }] })
    expectCalls(left, { id: 99 }).toBe('')
  })
})

const never = {
  greet: () => NEVER,
  bake: () => NEVER,
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => NEVER,
}

test('credit falls with each item that leaves, and rises with each grant that arrives', t => {
  marbles(t, ({ peers, run, expectCredit }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.ticks.pipe(answer(() => interval(20).pipe(take(4)))),
    )
    const paced$ = client$.pipe(
      mergeMap(({ remote }) => paced(remote.ticks(4, { credit: { items: 3 } }), () => timer(1), 1)),
    )
    run(paced$)
    // another one is granted when the consumer is done with one, and arrives 21 ms after that one has left
    expectCredit(right, { id: 1 }).toBe('30ms 3 19ms 2 19ms 12 18ms 12 18ms 12')
    expectCredit(left, { id: 1 }).toBe(' ')
  })
})

test('bytes are counted as well, and letters stand for numbers', t => {
  marbles(t, ({ peers, run, expectCredit }) => {
    const { client$, left } = peers(Kitchen, client =>
      client.incoming.weigh.pipe(answer(items$ => items$.pipe(take(2)))),
    )
    run(client$.pipe(mergeMap(({ remote }) => named(remote.weigh([1, 2, 3])))))
    expectCredit(left, { id: 1 }).toBe('40ms a', { a: 253 })
    expectCredit(left, { id: 1, of: 'bytes' }).toBe('40ms a', { a: 1024 * 1024 - 3 * 9 })
  })
})

test('a letter that stands for no number is refused where it is written', t => {
  marbles(t, ({ wire, expectCredit, expectObservable }) => {
    const { left } = wire()
    t.throws(() => expectCredit(left, { id: 1 }).toBe('3-x'), { message: /'x' stands for no number in '3-x'/ })
    expectObservable(NEVER).toBe('')
  })
})

test('the status of a connection over a break', t => {
  marbles(t, ({ peers, expectStatus }) => {
    const { client$ } = peers(Kitchen, () => NEVER, {
      both: onPipe(1, cutAt('50ms x')),
      reconnect: linear({ every: 100 }),
    })
    expectStatus(client$, '250ms !').toBe('20ms C 29ms (rr) 126ms C', {
      r: [
        { attempt: 1, nextTryAt: undefined, error: 'PipeError ended' },
        { attempt: 1, nextTryAt: 150, error: 'PipeError ended' },
      ],
    })
  })
})

test('a status that ends, and the error of its connection', t => {
  marbles(t, ({ peers, expectStatus }) => {
    const { client$ } = peers(Kitchen, () => NEVER, { both: cutAt('50ms x', 'reset') })
    expectStatus(client$).toBe('20ms C 29ms (D#)', { D: { error: 'PipeError reset' } })
  })
  marbles(t, ({ peers, expectStatus }) => {
    const { client$ } = peers(Kitchen, client => timer(10).pipe(mergeMap(() => client.close())))
    expectStatus(client$).toBe('20ms C 19ms (D|)', { D: { error: undefined } })
  })
})

test('what is shared is one connection, of which calls and status are expected at once', t => {
  marbles(t, ({ peers, expectObservable, expectStatus, expectFrames }) => {
    const { client$, left } = peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)))
    const shared$ = client$.pipe(share())
    expectStatus(shared$, '60ms !').toBe('20ms C')
    expectObservable(shared$.pipe(mergeMap(({ remote }) => remote.greet('Ann'))), '60ms !').toBe('40ms a', { a: 'Ann' })
    expectFrames(left).toBe('H 9ms V 9ms O 39ms (G|)')
  })
})

test('status$ itself may be given', t => {
  marbles(t, ({ peers, run, expectStatus, hot }) => {
    const { client$ } = peers(Kitchen, () => NEVER)
    const states = hot('c--C--r|', {
      c: { _tag: 'Connecting' },
      C: { _tag: 'Connected' },
      r: { _tag: 'Reconnecting', attempt: 3, nextTryAt: 7, error: undefined },
    } as const)
    expectStatus(states, '--^').toBe('---C--r|', { r: { attempt: 3 } })
    run(client$)
  })
  t.is(new Set(Object.values(statusLetters)).size, 4)
})

test('what an end hears is expected like what it says, behind latency and faults', t => {
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, left, right } = peers(Kitchen, client => client.incoming.ticks.pipe(answer(() => [1, 2])), {
      left: cutAt('45ms x'),
    })
    run(named(client$.pipe(mergeMap(({ remote }) => concat(remote.ticks(1), remote.ticks(2)).pipe(tap())))))
    expectFrames(right).toBe('H 9ms V 19ms (NNC) 15ms (NNC)#')
    expectFrames(left.heard).toBe('10ms H 9ms V 19ms (NNC)|', { N: [{ value: 1 }, { value: 2 }] })
    expectFrames(right.heard).toBe('10ms H 9ms V 9ms O 19ms O----|')
  })
})

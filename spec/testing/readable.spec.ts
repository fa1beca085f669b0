import assert from 'node:assert/strict'
import test from 'ava'
import { concat, interval, map, mergeMap, of, take, timer } from 'rxjs'
import { answer } from 'sluice'
import { createMarbles, cutAt, type MarbleHelpers } from 'sluice/testing'
import { Kitchen } from '../peer/kitchen.js'
import { named } from '../peer/named.js'

/** What a person reads of a marble test that fails, without the runner's own words. */
const said = (scene: (helpers: MarbleHelpers) => void): string => {
  const marbles = createMarbles({
    assertDeepEqual: (actual, expected) => {
      try {
        assert.deepEqual(actual, expected)
      } catch {
        throw new Error('')
      }
    },
  })
  try {
    marbles(scene)
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing failed'
}

/** A greeting that takes 5 ms. */
const greeting = (helpers: MarbleHelpers) => {
  const { client$, left, right } = helpers.peers(Kitchen, client =>
    client.incoming.greet.pipe(answer(name => timer(5).pipe(map(() => `hello, ${name}`)))),
  )
  const answer$ = client$.pipe(mergeMap(kitchen => kitchen.remote.greet('Ann')))
  return { answer$, left, right }
}

test('frames that come at another time: both diagrams under each other, the first difference marked', t => {
  const text = said(helpers => {
    const { answer$, right } = greeting(helpers)
    helpers.expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    helpers.expectFrames(right).toBe('H 9ms V 19ms R 34ms (G|)', { R: { id: 1 } })
  })
  t.is(
    text,
    `expectFrames(right): not as expected, first at 30 ms

  expected  H 9ms V 19ms R----- 29ms (G|)
  sent      H 9ms V 19ms -----R 29ms -----(G|)
                         ^

  sent, one by one
         0 ms  H  Hello: serves spec.Kitchen
        10 ms  V  Verdicts: all identical
  >     30 ms     nothing, where R was expected
        35 ms  R  Reply 1: 'hello, Ann'
        70 ms  G  Goodbye: DONE
        70 ms  |  the end of this half

find out why, or expect 'H 9ms V 24ms R 34ms (G|)'`,
  )
})

test('a frame with another value: values, not bytes', t => {
  const text = said(helpers => {
    const { answer$, left } = greeting(helpers)
    helpers.expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 39ms (G|)', { O: { method: 'greet', value: 'Bo' } })
  })
  t.is(
    text,
    `expectFrames(left): the 1st O is not as expected, at 20 ms

  expected  { method: 'greet', value: 'Bo' }
  sent      { method: 'greet', value: 'Ann' }

  sent, one by one
         0 ms  H  Hello: uses spec.Kitchen
        10 ms  V  Verdicts: all identical
  >     20 ms  O  Open 1: greet('Ann'), within 5000 ms
        60 ms  G  Goodbye: DONE
        60 ms  |  the end of this half

find out why, or expect it`,
  )
})

test('what an Observable emits: with what was expected there', t => {
  const text = said(helpers => {
    helpers.expectObservable(greeting(helpers).answer$, '60ms !').toBe('45ms a', { a: 'hello, Bo' })
  })
  t.is(
    text,
    `expectObservable: not as expected, first at 45 ms

  expected  45ms a
  emitted   45ms b
                 ^

  emitted, one by one
  >     45 ms  b  'hello, Ann'
                  where a 'hello, Bo' was expected

find out why, or expect '45ms b'`,
  )
})

test('an error instead of a value, and one error instead of another', t => {
  const text = said(({ cold, expectObservable }) => {
    expectObservable(concat(of('a'), cold('--#', undefined, new RangeError('no rye')))).toBe('a-b')
  })
  t.is(
    text,
    `expectObservable: not as expected, first at 2 ms

  expected  a-b
  emitted   a-#
              ^

  emitted, one by one
         0 ms  a
  >      2 ms  #  RangeError: no rye
                  where b was expected

find out why, or expect 'a-#'`,
  )
  const other = said(({ cold, expectObservable }) => {
    expectObservable(cold('#', undefined, new Error('one'))).toBe('#', undefined, new Error('another'))
  })
  t.regex(other, /# {2}Error: one\n +where # Error: another was expected/)
})

test('something that is missing in a moment, and something too much', t => {
  const missing = said(({ cold, expectObservable }) => expectObservable(cold('(ab)-c')).toBe('(abx)c'))
  t.is(
    missing,
    `expectObservable: not as expected, first at 0 ms

  expected  (abx)c
  emitted   (ab)-c
            ^

  emitted, one by one
         0 ms  a
         0 ms  b
  >      0 ms     nothing more, where x was expected
         5 ms  c

find out why, or expect '(ab)-c'`,
  )
  const much = said(({ cold, expectObservable }) => expectObservable(cold('(abx)c')).toBe('(ab)-c'))
  t.regex(much, />      0 ms  x\n +where nothing more was expected/)
})

test('nothing at all, and something where nothing was expected', t => {
  t.is(
    said(({ cold, expectObservable }) => expectObservable(cold('')).toBe('a-b')),
    `expectObservable: not as expected, first at 0 ms

  expected  a-b
  emitted
            ^

  emitted, one by one
  >      0 ms     nothing, where a was expected

find out why nothing came, or expect nothing`,
  )
  t.regex(
    said(({ cold, expectObservable }) => expectObservable(cold('--a')).toBe('')),
    /emitted {3}--a\n +\^\n\n {2}emitted, one by one\n {2}> {6}2 ms {2}a\n +where nothing was expected/,
  )
})

test('of a long diagram what is near to the first difference', t => {
  const text = said(helpers => {
    const { client$, right } = helpers.peers(Kitchen, client =>
      client.incoming.ticks.pipe(answer(() => interval(7).pipe(take(50)))),
    )
    helpers.run(client$.pipe(mergeMap(({ remote }) => remote.ticks(50))))
    const items = 'N 6ms '.repeat(24)
    helpers.expectFrames(right).toBe(`H 9ms V 26ms ${items}F`)
  })
  t.is(
    text,
    `expectFrames(right): not as expected, first at 205 ms

  expected  ... (at 135ms) N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms F
  sent      ... (at 135ms) N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N 6ms N ...
                                                                                       ^

  sent, one by one
    ...
       163 ms  N  Next 1: 18
       170 ms  N  Next 1: 19
       177 ms  N  Next 1: 20
       184 ms  N  Next 1: 21
       191 ms  N  Next 1: 22
       198 ms  N  Next 1: 23
  >    205 ms  N  Next 1: 24
                  where F was expected
       212 ms  N  Next 1: 25
       219 ms  N  Next 1: 26
       226 ms  N  Next 1: 27
       233 ms  N  Next 1: 28
       240 ms  N  Next 1: 29
       247 ms  N  Next 1: 30
    ...

find out why, or expect what was sent`,
  )
})

test('subscriptions, status, calls and credit are shown the same way', t => {
  t.is(
    said(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-c')
      expectObservable(source, '---!').toBe('a-b')
      expectSubscriptions(source.subscriptions).toBe('^----!')
    }),
    `expectSubscriptions: not as expected, first at 3 ms

  expected  ^----!
  was       ^--!
               ^

find out why, or expect '^--!'`,
  )
  const items = (check: (scene: ReturnType<typeof cutItems>) => void) => said(helpers => check(cutItems(helpers)))
  t.is(
    items(({ run, items$, left, expectCalls }) => {
      run(items$)
      expectCalls(left).toBe('20ms O 19ms (NC)')
    }),
    `expectCalls(left): not as expected, first at 40 ms

  expected  20ms O 19ms (NC)
  seen      20ms O 19ms (NNC)
                        ^

  seen, one by one
        20 ms  O  says  Open 1: ticks(2), 256 items, 1048576 bytes
        40 ms  N  hears Next 1: 7
  >     40 ms  N  hears Next 1: 8
                  where C was expected
        40 ms  C  hears Complete 1

find out why, or expect '20ms O 19ms (NNC)'`,
  )
  t.is(
    items(({ run, items$, right, expectCredit }) => {
      run(items$)
      expectCredit(right, { id: 1 }).toBe('30ms a', { a: 255 })
    }),
    `expectCredit(right, call 1, items): not as expected, first at 30 ms

  expected  30ms a
  left      30ms b
                 ^

  left, one by one
  >     30 ms  b  254 items
                  where a was expected

find out why, or expect '30ms b'`,
  )
  t.is(
    items(({ client$, expectStatus }) => expectStatus(client$).toBe('20ms C 34ms r')),
    `expectStatus: not as expected, first at 55 ms

  expected  20ms C 34ms r
  seen      20ms C 34ms (D#)
                        ^

  seen, one by one
        20 ms  C  Connected
  >     55 ms  D  Disconnected: PipeError ended
                  where r was expected
        55 ms  #  PipeError ended

find out why, or expect '20ms C 34ms (D#)'`,
  )
})

/** A stream of two items, on a wire that is cut later. */
const cutItems = (helpers: MarbleHelpers) => {
  const made = helpers.peers(Kitchen, client => client.incoming.ticks.pipe(answer(() => [7, 8])), {
    both: cutAt('55ms x'),
  })
  return { ...helpers, ...made, items$: named(made.client$.pipe(mergeMap(({ remote }) => remote.ticks(2)))) }
}

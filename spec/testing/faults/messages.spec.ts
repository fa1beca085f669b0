import test from 'ava'
import { NEVER, Subject, type Observable } from 'rxjs'
import type { Pipe } from 'sluice'
import { byChance, drop, duplicate, marbles, reorder, seeded } from 'sluice/testing'

/** What comes in through a fault, on a pipe of texts. */
const through = (fault: (pipe: Pipe<string>) => Pipe<string>, incoming: Observable<string>): Observable<string> =>
  fault({ end: 'dialled', incoming, outgoing: new Subject(), writable: NEVER }).incoming

test('drop loses the messages of those numbers, and neither the end nor an error', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('                                 a-b-c-d|')
    expectObservable(through(drop(1), source)).toBe('     --b-c-d|')
    expectObservable(through(drop([2, 4]), source)).toBe('a---c--|')
    expectObservable(through(drop(9), source)).toBe('     a-b-c-d|')
    expectObservable(through(drop(1), cold('a-#'))).toBe('--#')
    expectObservable(through(drop(1), cold('')), '--!').toBe('')
    expectSubscriptions(source.subscriptions).toBe(['^------!', '^------!', '^------!'])
  })
})

test('duplicate hands over a message twice, at once', t => {
  marbles(t, ({ cold, expectObservable }) => {
    expectObservable(through(duplicate(2), cold('     a---b---c|'))).toBe('a---(bb)c|')
    expectObservable(through(duplicate([1, 2]), cold('a---b---#'))).toBe(' (aa)(bb)#')
  })
})

test('reorder lets a message be overtaken by as many as is said', t => {
  marbles(t, ({ cold, expectObservable }) => {
    expectObservable(through(reorder(1), cold('     a-b---c|'))).toBe('--(ba)c|')
    expectObservable(through(reorder([1, 2]), cold('a-b-c----d|'))).toBe('----(cab)d|')
    expectObservable(through(reorder(1, 2), cold('  a-b-c---d|'))).toBe('--b-(ca)d|')
  })
})

test('what reorder holds back comes before the end, and before an error', t => {
  marbles(t, ({ cold, expectObservable }) => {
    expectObservable(through(reorder(2), cold('a-b-|'))).toBe('a---(b|)')
    expectObservable(through(reorder(2), cold('a-b-#'))).toBe('a---(b#)')
  })
})

test('a function says which, and is asked once for each message, by its number from 1', t => {
  const asked: string[] = []
  marbles(t, ({ cold, expectObservable }) => {
    const isVowel = (letter: string, nth: number) => {
      asked.push(`${letter}${nth}`)
      return 'aeiou'.includes(letter)
    }
    expectObservable(through(drop(isVowel), cold('a-b-e-f|'))).toBe('--b---f|')
    expectObservable(through(duplicate(isVowel), cold('a---b|'))).toBe('(aa)b|')
  })
  t.deepEqual(asked, ['a1', 'a1', 'b2', 'e3', 'b2', 'f4'])
})

test('each pipe, and each subscription, is counted from the beginning', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const fault = drop(1)
    for (let pipe = 0; pipe < 2; pipe++) expectObservable(through(fault, cold('a-b|'))).toBe('--b|')
  })
})

test('chance is the same in every run, about as frequent as is said, and another for another seed', t => {
  const struck = (seed: number, share: number) => {
    const strikes = byChance(share, seeded(seed))
    return Array.from({ length: 2_000 }, (_, nth) => strikes(undefined, nth + 1))
  }
  const count = (strikes: readonly boolean[]) => strikes.filter(Boolean).length
  t.deepEqual(struck(7, 0.2), struck(7, 0.2))
  t.notDeepEqual(struck(7, 0.2), struck(8, 0.2))
  for (const seed of [0, 1, 7, -3, 1_000_000]) {
    t.true(Math.abs(count(struck(seed, 0.2)) - 400) < 80, String(count(struck(seed, 0.2))))
    t.is(count(struck(seed, 0)), 0)
    t.is(count(struck(seed, 1)), 2_000)
  }
})

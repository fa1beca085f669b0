import test from 'ava'
import { from, map, Observable, of, range, Subject, take, tap, throwError } from 'rxjs'
import { runMachine, type Step } from 'sluice'
import { marbles } from 'sluice/testing'

type Event = { readonly _tag: 'Add'; readonly n: number } | { readonly _tag: 'Throw' }

/** Sums up; says the sum, twice where it is even. */
const step: Step<number, Event, string> = (sum, event) => {
  if (event._tag === 'Throw') throw new Error('no such event')
  const next = sum + event.n
  return [next, next % 2 === 0 ? [`${next}`, `${next}!`] : [`${next}`]]
}

const events = {
  a: { _tag: 'Add', n: 1 },
  b: { _tag: 'Add', n: 2 },
  x: { _tag: 'Throw' },
} as const satisfies Readonly<Record<string, Event>>
const machine = runMachine(step, 0)

test('gives each step’s commands in order, from the state that the step before left', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot<Event>('  --a--b--a---|', events)
    const expected = '    --1--3--(4e)|'
    const subscription = '^-----------!'

    expectObservable(source.pipe(machine)).toBe(expected, { 1: '1', 3: '3', 4: '4', e: '4!' })
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('ends as its source ends', t => {
  marbles(t, ({ cold, hot, expectObservable, expectSubscriptions }) => {
    expectObservable(cold<Event>('-').pipe(machine)).toBe('-')
    expectObservable(cold<Event>('|').pipe(machine)).toBe('|')
    expectObservable(cold<Event>('#').pipe(machine)).toBe('#')
    const source = hot<Event>('  --a--b--', events)
    const subscription = '^--!     '
    expectObservable(source.pipe(machine), subscription).toBe('--a', { a: '1' })
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('a step that throws is its error, and the source is let go', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot<Event>('  --a--x--a--|', events)
    const expected = '    --a--#'
    const subscription = '^----!'

    expectObservable(source.pipe(machine)).toBe(expected, { a: '1' }, new Error('no such event'))
    expectSubscriptions(source.subscriptions).toBe(subscription)
  })
})

test('starts anew with each subscription', t => {
  const run$ = of<Event[]>(events.a, events.a).pipe(machine)
  for (let i = 0; i < 2; i++) {
    const seen: string[] = []
    run$.subscribe(command => seen.push(command))
    t.deepEqual(seen, ['1', '2', '2!'])
  }
})

test('an event that arrives while a command is handled waits until all commands of its step are out', t => {
  const source = new Subject<Event>()
  const seen: string[] = []
  source.pipe(machine).subscribe(command => {
    seen.push(command)
    if (command === '2') source.next({ _tag: 'Add', n: 10 })
    if (command === '12') source.next({ _tag: 'Add', n: 100 })
  })
  source.next({ _tag: 'Add', n: 2 })
  t.deepEqual(seen, ['2', '2!', '12', '12!', '112', '112!'])
})

test('an end that comes while a command is handled waits too', t => {
  for (const end of ['complete', 'error'] as const) {
    const source = new Subject<Event>()
    const seen: string[] = []
    source.pipe(machine).subscribe({
      next: command => {
        seen.push(command)
        if (command !== '2') return
        if (end === 'complete') source.complete()
        else source.error('broken')
      },
      error: (error: unknown) => seen.push(String(error)),
      complete: () => seen.push('done'),
    })
    source.next({ _tag: 'Add', n: 2 })
    t.deepEqual(seen, ['2', '2!', end === 'complete' ? 'done' : 'broken'])
  }
})

test('events far down a chain of answers do not fill the stack', t => {
  const source = new Subject<number>()
  let last = 0
  source.pipe(runMachine<number, number, number>((_, n) => [n, [n]], 0)).subscribe(n => {
    last = n
    if (n < 100_000) source.next(n + 1)
  })
  source.next(1)
  t.is(last, 100_000)
})

test('a consumer that has enough stops a source that never ends, in the middle of a step', t => {
  let stepped = 0
  const counted: Step<number, number, number> = (sum, n) => {
    stepped++
    return [sum + n, [sum, sum + n]]
  }
  const seen: number[] = []
  range(1, 1_000)
    .pipe(runMachine(counted, 0), take(3))
    .subscribe(n => seen.push(n))
  t.deepEqual(seen, [0, 1, 1])
  t.is(stepped, 2)
})

test('after an error no step is taken, whatever the source still has', t => {
  let stepped = 0
  const failing: Step<number, number, number> = () => {
    stepped++
    throw new Error('no')
  }
  from([1, 2, 3])
    .pipe(runMachine(failing, 0))
    .subscribe({ error: () => undefined })
  t.is(stepped, 1)
})

test('nothing happens before subscription', t => {
  let subscribed = 0
  const source = new Observable<Event>(() => {
    subscribed++
  })
  const run$ = source.pipe(machine)
  t.is(subscribed, 0)
  run$.subscribe()
  t.is(subscribed, 1)
})

test('an error of the source passes, commands before it included', t => {
  const seen: unknown[] = []
  throwError(() => 'broken')
    .pipe(
      map(event => event as Event),
      machine,
      tap({ error: (error: unknown) => seen.push(error) }),
    )
    .subscribe({ error: () => undefined })
  t.deepEqual(seen, ['broken'])
})

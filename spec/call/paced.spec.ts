import test from 'ava'
import {
  catchError,
  concatWith,
  delay,
  filter,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  retry,
  scan,
  startWith,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs'
import { paced, Remote, Unpaced, type PacedOptions } from 'sluice'
import { marbles } from 'sluice/testing'

interface PacedCall {
  readonly call$: Remote<string>
  /** Which items may be sent again, and when. */
  readonly granted$: Observable<string>
}

/** A call whose items are an Observable's. */
const callOf = (source$: Observable<string>): PacedCall => {
  const granted$ = new Subject<string>()
  const call$ = new Remote<string>(consumer => {
    const items: string[] = []
    const subscription = source$.subscribe({
      // the size names the item, so that its grant can be told from others
      next: value => consumer.next(value, items.push(value)),
      error: (error: unknown) => consumer.error(error),
      complete: () => consumer.complete(),
    })
    return { unsubscribe: () => subscription.unsubscribe(), consumed: size => granted$.next(items[size - 1] as string) }
  })
  return { call$, granted$ }
}

const lasting = (ms: number) => (value: string) => timer(ms).pipe(map(() => value))
const whyOf = catchError((error: unknown) => of(error instanceof Unpaced ? error.why : String(error)))

test('grants an item when the work on it has completed, not when it has arrived', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('  -a-b-----c----|')
    //                            12345
    const done = '        ------a-b-----(c|)'
    const { call$, granted$ } = callOf(source)

    expectObservable(call$.pipe(paced(lasting(5)))).toBe(done)
    expectObservable(granted$).toBe('------a-b-----c')
    expectSubscriptions(source.subscriptions).toBe('^-------------!')
  })
})

test('works on as many items at once as it is told, and keeps the others in order', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('(abcde|)'))

    expectObservable(call$.pipe(paced(lasting(5), 2))).toBe('-----(ab)-(cd)-(e|)')
    expectObservable(granted$).toBe('-----(ab)-(cd)-e')
  })
})

test('as a function it does the same', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('(ab|)'))

    expectObservable(paced(call$, lasting(3), 1)).toBe('---a--(b|)')
    expectObservable(granted$).toBe('---a--b')
  })
})

for (const [source, work, expected, granted] of [
  ['-', 2, '-', '-'],
  ['|', 2, '|', '-'],
  ['-a|', 2, '---(a|)', '---a'],
  ['-a-#', 5, '---#', '-'],
  ['#', 2, '#', '-'],
] as const)
  test(`a call like ${source} with work of ${work} ms gives ${expected}`, t => {
    marbles(t, ({ cold, expectObservable }) => {
      const { call$, granted$ } = callOf(cold(source))

      expectObservable(call$.pipe(paced(lasting(work)))).toBe(expected)
      expectObservable(granted$).toBe(granted)
    })
  })

test('unsubscribing ends the call and the work, and grants nothing', t => {
  marbles(t, ({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-c-')
    const work = cold('  ----x|')
    const { call$, granted$ } = callOf(source)

    expectObservable(call$.pipe(paced(() => work)), '^---!').toBe('----')
    expectObservable(granted$).toBe('')
    expectSubscriptions(source.subscriptions).toBe('^---!')
    expectSubscriptions(work.subscriptions).toBe(['-^--!', '---^!'])
  })
})

test('work that fails, and work that throws, fails the whole and ends the call', t => {
  const oops = new Error('oops')
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-c-')
    const failing = () => timer(3).pipe(mergeMap(() => throwError(() => oops)))

    expectObservable(callOf(source).call$.pipe(paced(failing))).toBe('----#', undefined, oops)
    expectObservable(
      callOf(source).call$.pipe(
        paced(() => {
          throw oops
        }),
      ),
    ).toBe('-#', undefined, oops)
    expectSubscriptions(source.subscriptions).toBe(['^---!', '^!'])
  })
})

test('an item that operators make nothing of is granted at once', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('-a-b-c|'))

    expectObservable(
      call$.pipe(
        filter(value => value !== 'b'),
        paced(lasting(4)),
      ),
    ).toBe('-----a---(c|)')
    expectObservable(granted$).toBe('---b-a---c')
  })
})

test('an item that several values are made of is granted when the work on the last is done', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('-a---|'))

    expectObservable(
      call$.pipe(
        mergeMap(value => of(value, value)),
        paced((value, i) => timer(i === 0 ? 2 : 6).pipe(map(() => value))),
      ),
    ).toBe('---a---(a|)')
    expectObservable(granted$).toBe('-------a')
  })
})

test('map, scan and take keep an item', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('-a-b-c-d-'))

    expectObservable(
      call$.pipe(
        map(value => value.toUpperCase()),
        scan((all, value) => all + value),
        take(2),
        paced(lasting(3)),
      ),
    ).toBe('----x-(y|)', { x: 'A', y: 'AB' })
    // the second one ends the call: there is nobody to grant it to, and nobody minds
    expectObservable(granted$).toBe('----a-b')
  })
})

test('a call that is made again is paced again', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const { call$, granted$ } = callOf(cold('-a-#'))

    expectObservable(call$.pipe(retry({ count: 1, delay: 2 }), paced(lasting(1)))).toBe('--a----a#', undefined, 'error')
    expectObservable(granted$).toBe('--a----a')
  })
})

test('a source that is no call fails at subscription, and says what to do', t => {
  marbles(t, ({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-')
    const error = new Unpaced('no-call')

    expectObservable(source.pipe(paced(lasting(1)))).toBe('#', undefined, error)
    expectSubscriptions(source.subscriptions).toBe([])
  })
  t.regex(new Unpaced('no-call').message, /put it directly behind a call.*overflow/)
})

for (const [name, operator] of [
  ['delay', delay<string>(2)],
  ['startWith', startWith<string>('z')],
  ['concatWith', concatWith<string, string[]>(of('z'))],
] as const)
  test(`what ${name} brings at another time fails, and says what to do`, t => {
    marbles(t, ({ hot, expectObservable }) => {
      const { call$ } = callOf(hot('-a|'))
      const expected = { delay: '---(x|)', startWith: '(x|)', concatWith: '--(x|)' }[name]

      expectObservable(call$.pipe(operator, paced(lasting(9)), whyOf)).toBe(expected, { x: 'out-of-turn' })
    })
    t.regex(new Unpaced('out-of-turn').message, /behind paced/)
  })

const bounded = (overflow: PacedOptions['overflow']): PacedOptions => ({ concurrency: 1, overflow, items: 2 })

for (const [overflow, expected] of [
  ['error', '(#)'],
  ['dropOldest', '----a---e---(f|)'],
  ['dropNewest', '----a---b---(c|)'],
  ['latest', '----a---(f|)'],
] as const)
  test(`with an overflow policy, ${overflow}, anything can be paced, through a bounded buffer`, t => {
    marbles(t, ({ hot, expectObservable }) => {
      const error = new Unpaced('overrun')
      expectObservable(hot('(abcdef|)').pipe(paced(lasting(4), bounded(overflow)))).toBe(expected, undefined, error)
    })
  })

test('with an overflow policy a call is paced all the same, and values that come at another time wait in the buffer', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$, granted$ } = callOf(hot('(abcdef|)'))

    // the call's own items are never dropped: its window bounds them
    expectObservable(call$.pipe(paced(lasting(1), bounded('dropOldest')))).toBe('-abcde(f|)')
    expectObservable(granted$).toBe('-abcdef')
    const late = callOf(hot('(abcdef|)'))
    expectObservable(late.call$.pipe(delay(1), paced(lasting(4), bounded('dropOldest')))).toBe('-----a---e---(f|)')
  })
})

test('a hundred thousand items of work that is done at once do not pile up on the stack', t => {
  const opening = new Subject<never>()
  const call$ = new Remote<number>(consumer => {
    for (let i = 0; i < 100_000; i++) consumer.next(i, 1)
    consumer.complete()
    return { unsubscribe: () => undefined, consumed: () => undefined }
  })
  let sum = 0
  // the first one holds all others up, until they are done in one go
  call$.pipe(paced(n => (n === 0 ? opening : of(n)), 1)).subscribe(() => sum++)
  opening.complete()
  t.is(sum, 99_999)
})

test('work without end, begun within its own subscription, is ended by unsubscribing', t => {
  marbles(t, ({ hot, expectObservable }) => {
    const { call$ } = callOf(hot('-a-'))
    function* endless() {
      for (;;) yield 'x'
    }
    expectObservable(
      call$.pipe(
        paced(() => endless(), 1),
        take(2),
      ),
    ).toBe('-(xx|)')
    expectObservable(call$.pipe(paced(() => NEVER)), '^--!').toBe('')
  })
})

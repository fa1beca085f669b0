import test from 'ava'
import {
  catchError,
  defer,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs'
import { exponential, linear, reconnect, Refused, type Attempt, type Pipe, type Policy } from 'sluice'
import { marbles } from 'sluice/testing'
import { PipeError } from '../../src/pipe/pipe-error.js'

const pipe: Pipe = { end: 'dialled', incoming: NEVER, outgoing: new Subject(), writable: NEVER }
const broken = new PipeError('reset', 'reset')
const gone = new PipeError('refused', 'nobody listens')
const values = { p: pipe }
const asLetter = (pipes$: Observable<Pipe>) => pipes$.pipe(map(() => 'p'))

test('hands on the pipe, and dials again when it breaks, after the policy’s wait', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('   -p--#', values, broken)
    //                        12345
    const subscription = '^----------------!'
    const expected = '    -p--------p-------'
    const dials = ['                   ^---!             ', '                   ---------^---!    ']
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 5 })))), subscription).toBe(expected)
    expectSubscriptions(dial.subscriptions).toBe(dials)
  })
})

test('a policy whose wait is no time is an error, and not a dialling without end', t => {
  marbles(t, ({ cold, expectObservable }) => {
    for (const delayMs of [NaN, -1]) {
      const dial$ = cold('p-#', values, broken).pipe(reconnect(() => ({ delayMs })))
      const option$ = dial$.pipe(
        map(() => 'p'),
        catchError((error: unknown) =>
          of(`${(error as { _tag: string })._tag} ${(error as { option: string }).option}`),
        ),
      )
      expectObservable(option$).toBe('p-(e|)', { p: 'p', e: 'InvalidOption delayMs' })
    }
  })
})

test('a dialler that never comes to a pipe is waited for', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold<Pipe>('-')
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 5 })))), '^-----!').toBe('-')
    expectSubscriptions(dial.subscriptions).toBe('^-----!')
  })
})

test('dials again also after an orderly end', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('   p-|', values)
    const subscription = '^--------!'
    const expected = '    p----p----'
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 3 })))), subscription).toBe(expected)
    expectSubscriptions(dial.subscriptions).toBe(['^-!', '-----^-!'])
  })
})

test('completes after an orderly end where it is not to dial again, and dials again when the pipe breaks', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const dials = [cold('p-#', values, broken), cold('p--|', values)]
    const dial = defer(() => dials.shift() ?? EMPTY)
    const expected = '  p----p--|'
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 3 }), { afterGoodbye: false })))).toBe(expected)
  })
})

test('a far end that takes its time to come to no session has not held: the attempts are counted on', t => {
  const late = new Refused('late', 'no Hello came')
  const asked: number[] = []
  marbles(t, ({ cold, expectObservable }) => {
    const dial = cold('p 9s #', values, late)
    const policy: Policy = attempt => {
      asked.push(attempt)
      return { delayMs: attempt > 2 ? undefined : 1 }
    }
    expectObservable(asLetter(dial.pipe(reconnect(policy)))).toBe('p 9001ms p 9001ms p 9s #', undefined, late)
  })
  t.deepEqual(asked, [1, 2, 3])
})

test('a far end that refused is not asked again', t => {
  const refused = new Refused('proof', 'no')
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('p--#', values, refused)
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 3 }))))).toBe('p--#', undefined, refused)
    expectSubscriptions(dial.subscriptions).toBe('^--!')
  })
})

test('fails with the last error when the policy gives up, and completes when that was an orderly end', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const failing = (last: Observable<Pipe>) => {
      const dials = [cold<Pipe>('-#', {}, broken), last]
      return defer(() => dials.shift() ?? NEVER).pipe(reconnect(linear({ every: 2, maxAttempts: 1 })))
    }
    expectObservable(asLetter(failing(cold<Pipe>('-#', {}, gone)))).toBe('----#', undefined, gone)
    expectObservable(asLetter(failing(cold<Pipe>('-|')))).toBe('----|')
  })
})

test('unsubscribing while it waits dials no more', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('p-#', values, broken)
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 5 })))), '^---!').toBe('p')
    expectSubscriptions(dial.subscriptions).toBe('^-!')
  })
})

test('unsubscribing while a pipe is open lets go of its dialler', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('p---', values)
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 5 })))), '^--!').toBe('p')
    expectSubscriptions(dial.subscriptions).toBe('^--!')
  })
})

test('a consumer that has enough inside the emission lets go of the dialler', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('-p-#', values, broken)
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 5 })))).pipe(take(1))).toBe('-(p|)')
    expectSubscriptions(dial.subscriptions).toBe('^!')
  })
  let torn = 0
  const sync = defer(() => of(pipe)).pipe(reconnect(() => throwError(() => new Error('not asked'))))
  sync.pipe(take(1)).subscribe({ complete: () => torn++ })
  t.is(torn, 1)
})

/** A policy that keeps what it was asked, and waits. */
const noted = (asked: unknown[], wait: Policy): Policy => {
  return (attempt, error) => {
    asked.push([attempt, error])
    return wait(attempt, error)
  }
}

test('counts attempts since the pipe was last whole: for as long as it has to hold', t => {
  marbles(t, ({ cold, expectObservable, flush }) => {
    // holds for 4, 4 and 5 ms
    const dials = ['p---#', 'p---#', 'p----#', 'p---#', '#'].map(marble => cold(marble, values, broken))
    const asked: unknown[] = []
    const dial = defer(() => dials.shift() ?? NEVER)
    const pipes$ = dial.pipe(reconnect(noted(asked, linear({ every: 1 })), { heldFor: 5 }))
    expectObservable(asLetter(pipes$), '30ms !').toBe('p----p----p-----p------')
    flush()
    t.deepEqual(asked, [
      [1, broken],
      [2, broken],
      [1, broken],
      [2, broken],
      [3, broken],
    ])
  })
})

test('waits longer each time that there is no pipe, and starts over once one has held', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dials = ['#', '#', '#', 'p---#', '#'].map(marble => cold(marble, values, gone))
    const all = [...dials]
    const dial = defer(() => dials.shift() ?? NEVER)
    const policy = exponential({ from: 1, to: 100, jitter: 0 })
    //                    1 + 2 + 4 ms, 4 ms held, 1 + 2 ms
    const expected = '    -------p'
    expectObservable(asLetter(dial.pipe(reconnect(policy, { heldFor: 4 }))), '30ms !').toBe(expected)
    const at = ['(^!)', '-(^!)', '---(^!)', '-------^---!', '------------(^!)']
    for (const [i, cold$] of all.entries()) expectSubscriptions(cold$.subscriptions).toBe(at[i] as string)
  })
})

test('a policy may be any Observable: its first value, or its completion, lets the next attempt begin', t => {
  for (const wait of ['---x--x', '---x--|', '---|', '---(x|)'])
    marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
      const dials = [cold('p#', values, broken), cold('p---', values)]
      const again = dials[1]
      const dial = defer(() => dials.shift() ?? NEVER)
      const asked = cold(wait)
      expectObservable(asLetter(dial.pipe(reconnect(() => asked))), '^-------!').toBe('p---p')
      expectSubscriptions(again?.subscriptions ?? []).toBe('----^---!')
      expectSubscriptions(asked.subscriptions).toBe('-^--!')
    })
})

test('a policy that answers at once dials once', t => {
  for (const now$ of [of(0), EMPTY, of(1, 2, 3)]) {
    let dialled = 0
    const dial = defer(() => {
      dialled++
      return dialled === 1 ? throwError(() => broken) : NEVER
    })
    const subscription = dial.pipe(reconnect(() => now$)).subscribe()
    t.is(dialled, 2)
    subscription.unsubscribe()
  }
})

test('a policy that fails, or throws, gives up with its own error', t => {
  const stop = new Error('give up')
  const throwing = (): never => {
    throw stop
  }
  for (const policy of [() => timer(2).pipe(map(throwing)), throwing])
    marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
      const dial = cold('p#', values, broken)
      const at = policy === throwing ? 'p#' : 'p--#'
      expectObservable(asLetter(dial.pipe(reconnect(policy)))).toBe(at, undefined, stop)
      expectSubscriptions(dial.subscriptions).toBe('^!')
    })
})

test('unsubscribing while a policy’s Observable is waited for lets go of it', t => {
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const asked = cold('---x')
    expectObservable(asLetter(cold('p#', values, broken).pipe(reconnect(() => asked))), '^-!').toBe('p')
    expectSubscriptions(asked.subscriptions).toBe('-^!')
  })
})

test('a pipe tells of the attempts that follow it, until there is another', t => {
  marbles(t, ({ cold, expectObservable, flush }) => {
    const dials = [cold('p--#', values, broken), cold<Pipe>('-#', {}, gone), cold('p---', values)]
    const dial = defer(() => dials.shift() ?? NEVER)
    const told: unknown[] = []
    const pipes$ = dial.pipe(reconnect(exponential({ from: 2, to: 10, jitter: 0 })))
    const listen = ({ attempts }: Pipe) =>
      attempts?.subscribe({ next: (attempt: Attempt) => told.push(attempt), complete: () => told.push('whole') })
    expectObservable(asLetter(pipes$.pipe(tap(listen))), '15ms !').toBe('p---------p')
    flush()
    t.deepEqual(told, [
      { attempt: 1, error: broken, nextTryAt: 5 },
      { attempt: 2, error: gone, nextTryAt: 10 },
      'whole',
    ])
  })
})

test('after an orderly end the attempt has no error, and who asks late hears of the latest', t => {
  marbles(t, ({ cold, expectObservable, flush }) => {
    const told: unknown[] = []
    const pipes$ = cold('p-|', values).pipe(reconnect(linear({ every: 5 })))
    const listen = ({ attempts = NEVER }: Pipe) =>
      timer(4)
        .pipe(mergeMap(() => attempts.pipe(take(1))))
        .subscribe(attempt => told.push(attempt))
    expectObservable(asLetter(pipes$.pipe(tap(listen))), '^----!').toBe('p')
    flush()
    t.deepEqual(told, [{ attempt: 1, error: undefined, nextTryAt: 7 }])
  })
})

test('a dialler that fails at once, again and again, does not fill the stack', t => {
  marbles(t, ({ expectObservable }) => {
    const dial = throwError(() => gone)
    const pipes$ = dial.pipe(reconnect(linear({ every: 0, maxAttempts: 20_000 })))
    expectObservable(asLetter(pipes$)).toBe('#', undefined, gone)
  })
})

test('nothing is dialled before subscription, and each subscription dials for itself', t => {
  let dialled = 0
  const pipes$ = defer(() => {
    dialled++
    return NEVER
  }).pipe(reconnect(linear({ every: 1 })))
  t.is(dialled, 0)
  const subscriptions = [pipes$.subscribe(), pipes$.subscribe()]
  t.is(dialled, 2)
  for (const subscription of subscriptions) subscription.unsubscribe()
})

test('an error that says that it is final is not dialled after', t => {
  const useless = Object.assign(new Error('there will never be a pipe'), { final: true })
  marbles(t, ({ cold, expectObservable, expectSubscriptions }) => {
    const dial = cold('p-#', values, useless)
    expectObservable(asLetter(dial.pipe(reconnect(linear({ every: 3 }))))).toBe('p-#', undefined, useless)
    expectSubscriptions(dial.subscriptions).toBe('^-!')
  })
})

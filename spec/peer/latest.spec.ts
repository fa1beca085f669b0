import test from 'ava'
import { ReplaySubject } from 'rxjs'
import { Latest } from '../../src/peer/latest.js'

interface Replaying {
  readonly values$: Latest<number>['values$']
  next(value: number): void
  complete(): void
}

const ways: Readonly<Record<string, () => Replaying>> = {
  'a ReplaySubject of one': () => {
    const subject = new ReplaySubject<number>(1)
    return { values$: subject, next: value => subject.next(value), complete: () => subject.complete() }
  },
  Latest: () => new Latest<number>(),
}

for (const [name, make] of Object.entries(ways))
  test(`${name} tells the latest, what follows and the end, and after the end the latest and the end`, t => {
    const told: string[] = []
    const listen = (who: string) =>
      latest.values$.subscribe({
        next: value => told.push(`${who}${value}`),
        complete: () => told.push(`${who} over`),
      })
    const latest = make()
    listen('a')
    latest.next(1)
    latest.next(2)
    const b = listen('b')
    latest.next(3)
    b.unsubscribe()
    // who changes it on hearing of it hears of that as well
    const c = latest.values$.subscribe(value => {
      told.push(`c${value}`)
      if (value === 3) latest.next(4)
    })
    c.unsubscribe()
    latest.complete()
    latest.next(5)
    listen('d')
    t.deepEqual(told, ['a1', 'a2', 'b2', 'a3', 'b3', 'c3', 'a4', 'c4', 'a over', 'd4', 'd over'])
  })

import { defer, lastValueFrom, merge, type Observable, repeat, tap } from 'rxjs'
import type { BenchClient } from './client.js'
import { type Answer, isAnswer, isItem } from './workload.js'

/** What a client makes Observables of. */
export interface Observed {
  /** Makes the n-th call with each subscription. */
  readonly call: (n: number) => Observable<Answer>
  /** Asks for a stream of so many items with each subscription. */
  readonly items: (count: number) => Observable<Answer>
}

/** Resolves when it has completed. */
export const settled = (source$: Observable<unknown>): Promise<void> =>
  lastValueFrom(source$, { defaultValue: undefined }).then(() => undefined)

/** Fails on a wrong value. */
export const check = (good: boolean): void => {
  if (!good) throw new Error('a wrong value came')
}

/** Calls and streams as users of RxJS write them. */
export const observing = ({
  call,
  items,
}: Observed): Required<Pick<BenchClient, 'calls' | 'stream' | 'streams'>> & { readonly call: Observed['call'] } => {
  const checked = (n: number) => call(n).pipe(tap(({ text, total }) => check(isAnswer(n, text, total))))
  const whole = (count: number) => {
    let n = 0
    return items(count).pipe(
      tap(({ text, total }) => check(isItem(n++, text, total))),
      tap({ complete: () => check(n === count) }),
    )
  }
  return {
    call: checked,
    calls: (calls, inFlight) => {
      // each lane makes a call when its last was answered; mergeMap(call, inFlight) over a range would keep all of them in
      // its buffer first, whose cost is not ours
      let made = 0
      const lane = (n: number) =>
        defer(() => checked(made++)).pipe(repeat(Math.floor((calls + inFlight - 1 - n) / inFlight)))
      return settled(merge(...Array.from({ length: Math.min(inFlight, calls) }, (_, n) => lane(n))))
    },
    stream: count => {
      let n = 0
      return settled(items(count).pipe(tap(({ text, total }) => check(isItem(n++, text, total))))).then(() =>
        check(n === count),
      )
    },
    streams: (streams, count) => settled(merge(...Array.from({ length: streams }, () => whole(count)))),
  }
}

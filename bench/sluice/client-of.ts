import { defer, lastValueFrom, merge, mergeMap, range, repeat, takeLast, takeUntil, tap, type Observable } from 'rxjs'
import type { CallOptions, Peer } from 'sluice'
import type { BenchClient } from '../harness/client.js'
import { askFor, chunkSize, echoMessage, echoSize, isAnswer, isItem, messageSize } from '../harness/workload.js'
import type { Workload } from './contract.js'

const settled = (source$: Observable<unknown>): Promise<void> =>
  lastValueFrom(source$, { defaultValue: undefined }).then(() => undefined)

const check = (good: boolean): void => {
  if (!good) throw new Error('a wrong value came')
}

/**
 * What the benchmark asks of a client, as the README would do it.
 *
 * @param options - for every stream
 */
export const clientOf = (workload: Peer<typeof Workload>, options: CallOptions = {}): BenchClient => {
  const { remote } = workload
  const call = (n: number) => remote.call(askFor(n)).pipe(tap(({ text, total }) => check(isAnswer(n, text, total))))
  return {
    latency: calls => {
      const durations = new Float64Array(calls)
      return settled(
        range(0, calls).pipe(
          mergeMap(n => {
            const start = performance.now()
            return call(n).pipe(tap(() => (durations[n] = (performance.now() - start) * 1e6)))
          }, 1),
        ),
      ).then(() => durations)
    },
    calls: (calls, inFlight) => {
      // each lane makes a call when its last was answered; mergeMap(call, inFlight) over a range would keep all of them in
      // its buffer first, whose cost is not ours
      let made = 0
      const lane = (n: number) =>
        defer(() => call(made++)).pipe(repeat(Math.floor((calls + inFlight - 1 - n) / inFlight)))
      return settled(merge(...Array.from({ length: Math.min(inFlight, calls) }, (_, n) => lane(n))))
    },
    stream: count => {
      let items = 0
      return settled(
        remote.items(count, options).pipe(tap(({ text, total }) => check(isItem(items++, text, total)))),
      ).then(() => check(items === count))
    },
    bytes: count => {
      let bytes = 0
      return settled(remote.chunks(count, options).pipe(tap(chunk => (bytes += chunk.length)))).then(() =>
        check(bytes === count * chunkSize),
      )
    },
    big: count =>
      settled(
        range(0, count).pipe(
          mergeMap(() => remote.echo(echoMessage).pipe(tap(bytes => check(bytes.length === echoSize))), 1),
        ),
      ),
    streams: (streams, count) => {
      const one = () => {
        let items = 0
        return remote.items(count, options).pipe(
          tap(({ text, total }) => check(isItem(items++, text, total))),
          tap({ complete: () => check(items === count) }),
        )
      }
      return settled(merge(...Array.from({ length: streams }, one)))
    },
    idleStreams: streams => {
      for (let n = 0; n < streams; n++) remote.idle().subscribe()
      return settled(call(0)) // it comes behind them
    },
    fairness: count => {
      const durations: number[] = []
      let bytes = 0
      let start = 0
      const calls$ = defer(() => {
        start = performance.now()
        return call(durations.length)
      }).pipe(
        tap(() => durations.push((performance.now() - start) * 1e6)),
        repeat(),
      )
      const messages$ = remote.messages(count).pipe(tap(message => (bytes += message.length)))
      return settled(calls$.pipe(takeUntil(messages$.pipe(takeLast(1))))).then(() => {
        check(bytes === count * messageSize)
        return Float64Array.from(durations)
      })
    },
    close: () => workload.close().subscribe({ error: () => undefined }),
  }
}

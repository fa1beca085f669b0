import { defer, mergeMap, range, repeat, takeLast, takeUntil, tap } from 'rxjs'
import type { CallOptions, Peer } from 'sluice'
import type { BenchClient } from '../harness/client.js'
import { check, observing, settled } from '../harness/observing.js'
import { askFor, chunkSize, echoMessage, echoSize, messageSize } from '../harness/workload.js'
import type { Workload } from './contract.js'

/**
 * What the benchmark asks of a client, as the README would do it.
 *
 * @param options - for every stream
 */
export const clientOf = (workload: Peer<typeof Workload>, options: CallOptions = {}): BenchClient => {
  const { remote } = workload
  const { call, calls, stream, streams } = observing({
    call: n => remote.call(askFor(n)),
    items: count => remote.items(count, options),
  })
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
    calls,
    stream,
    bytes: count => {
      let bytes = 0
      return settled(remote.chunks(count, options).pipe(tap(chunk => (bytes += chunk.length)))).then(() =>
        check(bytes === count * chunkSize),
      )
    },
    big: count =>
      settled(
        range(0, count).pipe(
          mergeMap(() => remote.echo(echoMessage, options).pipe(tap(bytes => check(bytes.length === echoSize))), 1),
        ),
      ),
    streams,
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
      const messages$ = remote.messages(count, options).pipe(tap(message => (bytes += message.length)))
      return settled(calls$.pipe(takeUntil(messages$.pipe(takeLast(1))))).then(() => {
        check(bytes === count * messageSize)
        return Float64Array.from(durations)
      })
    },
    close: () => workload.close().subscribe({ error: () => undefined }),
  }
}

import type { Figure, Scenario } from './harness/figure.js'
import type { Operation } from './harness/messages.js'
import { interleaved, type Manner, type Metric } from './harness/rounds.js'
import { chunkSize, echoSize } from './harness/workload.js'

interface Task extends Manner {
  readonly operation: Operation
  readonly metrics: readonly Metric[]
}

const calls = (inFlight: number): Task => ({
  operation: { _tag: 'calls', inFlight },
  metrics: [
    { metric: `calls, ${inFlight} in flight`, unit: '1/s', from: run => (run.count / run.elapsedMs) * 1000 },
    { metric: `CPU of both ends, ${inFlight} in flight`, unit: 'us/call', from: run => run.cpuUs / run.count },
  ],
})

const tasks: readonly Task[] = [
  {
    operation: { _tag: 'latency' },
    metrics: [
      { metric: 'p50', unit: 'us', from: run => run.p50 ?? NaN },
      { metric: 'p99', unit: 'us', from: run => run.p99 ?? NaN },
    ],
    oneCore: true,
  },
  calls(1),
  calls(64),
  calls(256),
  {
    operation: { _tag: 'stream' },
    metrics: [
      { metric: 'items', unit: '1/s', from: run => (run.count / run.elapsedMs) * 1000 },
      { metric: 'CPU of both ends', unit: 'us/item', from: run => run.cpuUs / run.count },
    ],
  },
  {
    operation: { _tag: 'bytes' },
    metrics: [
      { metric: '64 KiB chunks', unit: 'MB/s', from: run => (run.count * chunkSize) / run.elapsedMs / 1000 },
      { metric: 'CPU of both ends', unit: 'us/chunk', from: run => run.cpuUs / run.count },
    ],
  },
  {
    operation: { _tag: 'big' },
    metrics: [
      { metric: '1 MiB there and back', unit: 'MB/s', from: run => (2 * run.count * echoSize) / run.elapsedMs / 1000 },
      { metric: 'CPU of both ends', unit: 'us/echo', from: run => run.cpuUs / run.count },
    ],
  },
]

/** The same between a thread and its worker. The floor is a bare port: an object a message. */
export const scenario: Scenario = {
  name: 'worker',
  run: async options => {
    const figures: Figure[] = []
    for (const { operation, metrics, oneCore = false } of tasks)
      figures.push(...(await interleaved('worker', options, operation, metrics, { oneCore, base: 'bare port' })))
    return figures
  },
}

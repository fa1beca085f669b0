import type { Measured, Operation, Order, Report } from './messages.js'

/**
 * What the client of a subject can do. Write each as the subject's own documentation would; leave out what it cannot do,
 * and the scenario from its `subject.ts`.
 */
export interface BenchClient {
  /** Makes calls one after the other, each when the last was answered; gives the duration of each in nanoseconds. */
  readonly latency?: (calls: number) => Promise<Float64Array>
  /** Makes calls, so many in flight; resolves when the last was answered. */
  readonly calls?: (calls: number, inFlight: number) => Promise<void>
  /** Asks for a stream of so many small items; resolves at its end. Fails unless all came. */
  readonly stream?: (items: number) => Promise<void>
  /** Asks for so many chunks of 64 KiB; resolves at the end. Fails unless every byte came. */
  readonly bytes?: (chunks: number) => Promise<void>
  /**
   * Asks for so many messages of 4 MiB, and makes calls one after the other until the last has come whole; gives the duration
   * of each call in nanoseconds. Fails unless every byte came.
   */
  readonly fairness?: (messages: number) => Promise<Float64Array>
  readonly close: () => void
}

/**
 * Makes this process the client of a subject: a `client.ts` calls it once.
 *
 * @param connect - dials the address that the server gave, and resolves once it can call
 */
export const clientBench = (connect: (address: string) => Promise<BenchClient>): void => {
  const report = (message: Report) => process.send?.(message)
  process.on('disconnect', () => process.exit())
  connect(process.argv[2] ?? '').then(
    client => {
      const obey = async (order: Order): Promise<void> => {
        if (order._tag === 'Prepare') {
          report({ _tag: 'Prepared', count: await trial(client, order.operation, order.durationMs) })
        } else if (order._tag === 'Run') report(await measure(client, order.operation, order.count))
        else if (order._tag === 'Stop') {
          client.close()
          process.disconnect()
        }
      }
      process.on('message', (order: Order) => {
        obey(order).catch((error: unknown) => report({ _tag: 'Failed', message: String(error) }))
      })
      report({ _tag: 'Ready', address: '' })
    },
    (error: unknown) => report({ _tag: 'Failed', message: String(error) }),
  )
}

/** Warms up, and finds how many fit into the duration. */
const trial = async (client: BenchClient, operation: Operation, durationMs: number): Promise<number> => {
  const until = performance.now() + Math.max(durationMs, 100)
  for (let count = 64; ;) {
    const { elapsedMs } = await measure(client, operation, count)
    const fitting = Math.ceil((count * durationMs) / Math.max(elapsedMs, 0.1))
    if (performance.now() > until) return fitting
    count = Math.max(64, Math.min(count * 4, fitting))
  }
}

const measure = async (client: BenchClient, operation: Operation, count: number): Promise<Measured> => {
  const before = process.cpuUsage()
  const start = performance.now()
  const durations = await perform(client, operation, count)
  const elapsedMs = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  const measured: Measured = { _tag: 'Measured', count, elapsedMs, cpuUs: user + system }
  if (durations === undefined) return measured
  const sorted = durations.sort()
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) / 1000
  return { ...measured, p50: at(0.5), p99: at(0.99) }
}

const perform = async (client: BenchClient, operation: Operation, count: number): Promise<Float64Array | undefined> => {
  switch (operation._tag) {
    case 'latency':
      return able(client.latency, operation)(count)
    case 'calls':
      await able(client.calls, operation)(count, operation.inFlight)
      return undefined
    case 'stream':
      await able(client.stream, operation)(count)
      return undefined
    case 'fairness':
      return able(client.fairness, operation)(count)
    case 'bytes':
      await able(client.bytes, operation)(count)
      return undefined
    default:
      return operation satisfies never
  }
}

const able = <F>(method: F | undefined, operation: Operation): F => {
  if (method === undefined) throw new Error(`the client cannot do ${operation._tag}: drop it from its subject.ts`)
  return method
}

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
  /** Sends `echoMessage` so often, each time when the last came back whole. Fails unless every byte came back. */
  readonly big?: (echoes: number) => Promise<void>
  /**
   * Asks for so many messages of 4 MiB, and makes calls one after the other until the last has come whole; gives the duration
   * of each call in nanoseconds. Fails unless every byte came.
   */
  readonly fairness?: (messages: number) => Promise<Float64Array>
  /** Asks for that many streams at once, of so many small items each. Fails unless all came. */
  readonly streams?: (streams: number, items: number) => Promise<void>
  /** Opens streams that give nothing, and leaves them open; resolves once the server has them all. */
  readonly idleStreams?: (streams: number) => Promise<void>
  /** Processor time so far, in microseconds, of a far end that this client started by itself. */
  readonly cpu?: () => Promise<number>
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
  const address = process.argv[2] ?? ''
  connect(address).then(
    client => {
      const clients: [BenchClient, ...BenchClient[]] = [client]
      const enough = async (operation: Operation): Promise<void> => {
        const wanted = operation._tag === 'clients' ? operation.clients : 1
        while (clients.length < wanted) clients.push(await connect(address))
      }
      const obey = async (order: Order): Promise<void> => {
        if (order._tag === 'Prepare') {
          await enough(order.operation)
          report({ _tag: 'Prepared', count: await trial(clients, order.operation, order.durationMs) })
        } else if (order._tag === 'Run') {
          await enough(order.operation)
          report(await measure(clients, order.operation, order.count))
        } else if (order._tag === 'Stop') {
          for (const one of clients) one.close()
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

type Clients = readonly [BenchClient, ...BenchClient[]]

/**
 * Warms up, and finds how many fit into the duration. The engine is warm after some processor time, not after some time on the
 * clock: on a busy machine that is less.
 */
const trial = async (clients: Clients, operation: Operation, durationMs: number): Promise<number> => {
  const warmMs = Math.max(durationMs, 100)
  const start = performance.now()
  const before = process.cpuUsage().user
  for (let count = 64; ;) {
    const { elapsedMs } = await measure(clients, operation, count)
    const fitting = Math.ceil((count * durationMs) / Math.max(elapsedMs, 0.1))
    const spentMs = (process.cpuUsage().user - before) / 1_000
    if (spentMs > warmMs || performance.now() - start > 10 * warmMs) return fitting
    count = Math.max(64, Math.min(count * 4, fitting))
  }
}

const measure = async (clients: Clients, operation: Operation, count: number): Promise<Measured> => {
  const farBefore = (await clients[0].cpu?.()) ?? 0
  const before = process.cpuUsage()
  const start = performance.now()
  const durations = await perform(clients, operation, count)
  const elapsedMs = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  const parts = partsOf(operation)
  const far = ((await clients[0].cpu?.()) ?? 0) - farBefore
  const measured: Measured = {
    _tag: 'Measured',
    count: Math.ceil(count / parts) * parts,
    elapsedMs,
    cpuUs: user + system + far,
  }
  if (durations === undefined) return measured
  const sorted = durations.sort()
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) / 1000
  return { ...measured, p50: at(0.5), p99: at(0.99) }
}

/** Counts are multiples of this. */
const partsOf = (operation: Operation): number => {
  if (operation._tag === 'clients') return operation.clients
  return operation._tag === 'streams' || operation._tag === 'brief streams' ? operation.streams : 1
}

const perform = async (clients: Clients, operation: Operation, count: number): Promise<Float64Array | undefined> => {
  const [client] = clients
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
    case 'big':
      await able(client.big, operation)(count)
      return undefined
    case 'clients': {
      const share = Math.ceil(count / operation.clients)
      const some = clients.slice(0, operation.clients)
      await Promise.all(some.map(one => able(one.calls, operation)(share, operation.inFlight)))
      return undefined
    }
    case 'streams':
      await able(client.streams, operation)(operation.streams, Math.ceil(count / operation.streams))
      return undefined
    case 'brief streams':
      for (let opened = 0; opened < count; opened += operation.streams)
        await able(client.streams, operation)(operation.streams, 1)
      return undefined
    case 'idle streams':
      await able(client.idleStreams, operation)(count)
      return undefined
    default:
      return operation satisfies never
  }
}

const able = <F>(method: F | undefined, operation: Operation): F => {
  if (method === undefined) throw new Error(`the client cannot do ${operation._tag}: drop it from its subject.ts`)
  return method
}

import { setTimeout } from 'node:timers/promises'
import { firstValueFrom, type Observable } from 'rxjs'
import { peer, type Peer, type Remote } from 'sluice'
import { spawn } from 'sluice/node'
import { Transfers } from './contract.js'
import { consume, type How, watchMemory } from './slow.js'

/** What the parent of the two is asked to do: one transfer, or a consumer that stops. */
export interface Task {
  readonly kind: 'stream' | 'upload' | 'channel' | 'stop'
  readonly what: 'Chunks' | 'Items'
  readonly how: How
  readonly count: number
}

/** What came of it; memory in KiB, by how much each process grew at most. */
export interface Result {
  readonly near: number
  readonly far: number
  readonly ms: number
  /** Of a consumer that stopped: how far ahead of it the producer was, in items. */
  readonly ahead: number
}

const task = JSON.parse(process.argv[2] ?? '') as Task
const memory = watchMemory()

function* times<T>(count: number, make: (n: number) => T): Iterable<T> {
  for (let n = 0; n < count; n++) yield make(n)
}

// a call that ends without its value is to fail the measurement
// eslint-disable-next-line rxjs-x/no-ignored-default-value -- as it does without a default
const only = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$)

const transfer = async ({ remote }: Peer<typeof Transfers>): Promise<number> => {
  const { kind, what, how, count } = task
  const items = () => (what === 'Chunks' ? times(count, () => new Uint8Array(65_536)) : times(count, n => n))
  const options = { metadata: { how } }
  if (kind === 'upload') return only(remote[`upload${what}`](items() as never, options))
  const call$ = kind === 'stream' ? remote[`stream${what}`](count) : remote[`channel${what}`](items() as never)
  return consume(call$ as Remote<unknown>, how)
}

/** Stops taking items for five seconds: how far ahead of it is the producer then? */
const stopped = async ({ remote }: Peer<typeof Transfers>): Promise<number> => {
  const items = remote[`stream${task.what}`](task.count)[Symbol.asyncIterator]()
  let taken = 0
  for (; taken < 1_000; taken++) await items.next()
  await setTimeout(5_000)
  const ahead = (await only(remote.produced())) - taken
  await items.return?.()
  return ahead
}

const run = async (far: Peer<typeof Transfers>): Promise<Result> => {
  const farBefore = (await only(far.remote.watch())).now
  const nearBefore = memory.begin()
  const start = performance.now()
  let ahead = 0
  if (task.kind === 'stop') ahead = await stopped(far)
  else {
    const taken = await transfer(far)
    if (taken !== task.count) throw new Error(`${taken} of ${task.count} items came`)
  }
  const ms = performance.now() - start
  const near = memory.most() - nearBefore
  return { near, far: (await only(far.remote.memory())).most - farBefore, ms, ahead }
}

// patient: a busy machine may take its time to start a process
const far$ = spawn(process.execPath, {
  args: [new URL('./far.js', import.meta.url).pathname],
  connectWithin: 60_000,
}).pipe(peer({ uses: Transfers }))
const subscription = far$.subscribe({
  next: far =>
    void run(far).then(
      result => {
        process.send?.(result)
        subscription.unsubscribe()
        process.disconnect()
      },
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    ),
  error: (error: unknown) => console.error(error),
})

import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ignoreElements, merge, mergeMap, Observable, tap } from 'rxjs'
import { linear, memoryPipes, peer, PipeError, reconnect, serve, type Transport } from 'sluice'
import { Caller, handlers } from '../spec/chaos/caller.js'
import { chanceOf } from '../spec/chaos/chance.js'
import { Ledger } from '../spec/chaos/ledger.js'
import { Load } from '../spec/chaos/load.js'

/**
 * `npm run soak -- --minutes N`: a mixed load with cuts, in real time. Prints once a minute, and at the end, how many calls
 * and errors there were, reconnects, and how the memory went. Ends badly when something was lost.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } })
const minutes = Number(values.minutes ?? 10)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const chance = chanceOf(seed)
const MiB = 1024 * 1024
const roundMs = 2_000

/** Cuts what is dialled after a while, in the middle of whatever is on its way. */
const cutNowAndThen = (dial: Transport): Transport =>
  new Observable(subscriber => {
    let cut: (() => void) | undefined
    const timer = setTimeout(() => cut?.(), chance.int(300, 3_000))
    subscriber.add(() => clearTimeout(timer))
    subscriber.add(
      dial
        .pipe(
          tap(pipe => {
            cut = () => pipe.outgoing.error(new PipeError('reset', 'the soak cut it'))
          }),
        )
        .subscribe(subscriber),
    )
  })

const scheduler = {
  now: () => performance.now(),
  schedule: (work: () => void, ms = 0) => {
    const timer = setTimeout(work, ms)
    return { unsubscribe: () => clearTimeout(timer) }
  },
} as never

const { dial, pipes$ } = memoryPipes()
let ledger = new Ledger()
let begun = 0
let connected = 0
let accepted = 0
let calls = 0
const outcomes: Record<string, number> = {}
const faults: string[] = []
// each round has a model of its own: the one before it is settled then
const serving = handlers(() => ledger)
const options = { fragmentBytes: 1_000, buffer: { items: 10_000 }, resume: { windowMs: 5_000 } }

const server = pipes$
  .pipe(
    peer({ ...options, serves: Load, uses: Load }),
    mergeMap(far => {
      accepted++
      return serve(far, serving).pipe(ignoreElements())
    }),
  )
  .subscribe()

let round: ((ledger: Ledger) => void) | undefined
const client = cutNowAndThen(dial)
  .pipe(
    reconnect(linear({ every: 30 })),
    peer({ ...options, serves: Load, uses: Load }),
    mergeMap(far => {
      round = model => new Caller(far, model, chance, scheduler, 'client').start(400, roundMs)
      return merge(
        serve(far, serving).pipe(ignoreElements()),
        far.schema$.pipe(tap(() => begun++)),
        far.status$.pipe(tap(({ _tag }) => (_tag === 'Connected' ? connected++ : 0))),
      )
    }),
  )
  .subscribe({ error: (error: unknown) => faults.push(`the dialler failed with ${String(error)}`) })

const heap = (): number => {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed / MiB
}

const start = performance.now()
const memory: { readonly minute: number; readonly heap: number }[] = []
const told = () => {
  const minute = (performance.now() - start) / 60_000
  memory.push({ minute, heap: heap() })
  const errors = Object.entries(outcomes)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ')
  console.log(
    `${minute.toFixed(1)} min: ${calls} calls (${errors}), ${connected - begun} sessions resumed, ${begun - 1} lost, ${memory.at(-1)!.heap.toFixed(1)} MiB`,
  )
}

/** MiB a minute, by least squares, the first measurement left out: caches are filled by then. */
const slope = (): number => {
  const points = memory.slice(1)
  const n = points.length
  if (n < 2) return 0
  const x = points.reduce((sum, { minute }) => sum + minute, 0) / n
  const y = points.reduce((sum, point) => sum + point.heap, 0) / n
  const over = points.reduce((sum, point) => sum + (point.minute - x) * (point.heap - y), 0)
  return over / points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
}

console.log(`${minutes} minutes from seed ${seed}`)
let toldAt = performance.now()
while (performance.now() - start < minutes * 60_000 && faults.length === 0) {
  const lostBefore = Math.max(begun, accepted)
  ledger = new Ledger()
  round?.(ledger)
  // the longest call, an outage and a deadline are over by then
  await pause(roundMs + 3_000)
  faults.push(...ledger.verdict(Math.max(begun, accepted) - lostBefore))
  calls += ledger.size
  for (const [name, n] of Object.entries(ledger.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + n
  if (performance.now() - toldAt > 60_000) {
    toldAt = performance.now()
    told()
  }
}
told()
console.log(`memory: ${slope().toFixed(3)} MiB a minute`)
for (const fault of faults.slice(0, 20)) console.log(fault)
console.log(faults.length === 0 ? 'nothing lost' : `${faults.length} faults: seed ${seed}`)
client.unsubscribe()
server.unsubscribe()
process.exitCode = faults.length === 0 ? 0 : 1

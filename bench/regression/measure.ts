import { defer, lastValueFrom, merge, type Observable, repeat, tap } from 'rxjs'
import { memoryPipes, type Peer, peer } from 'sluice'
import { readAnswer, readAsk, writeAnswer, writeAsk } from '../floor/message.js'
import { answerTo, askFor, chunkSize, isAnswer, isItem } from '../harness/workload.js'
import { Workload } from '../sluice/contract.js'
import { serveWorkload } from '../sluice/serve-workload.js'
import type { Costs } from './limits.js'

/** Both ends in one process, over pipes in memory: no socket, no other process, no scheduler of the system has a say. */
const { dial, pipes$ } = memoryPipes()
serveWorkload(pipes$).subscribe()
const { remote } = await new Promise<Peer<typeof Workload>>((next, error) => {
  dial.pipe(peer({ uses: Workload })).subscribe({ next, error })
})

const done = async (work$: Observable<unknown>): Promise<void> =>
  void (await lastValueFrom(work$, { defaultValue: undefined }))

const check = (good: boolean): void => {
  if (!good) throw new Error('a wrong value came')
}

const calls = (count: number): Promise<void> => {
  let made = 0
  const lane = defer(() => {
    const n = made++
    return remote.call(askFor(n)).pipe(tap(({ text, total }) => check(isAnswer(n, text, total))))
  })
  return done(merge(...Array.from({ length: 256 }, () => lane.pipe(repeat(count / 256)))))
}

const items = (count: number): Promise<void> => {
  let came = 0
  return done(remote.items(count).pipe(tap(({ text, total }) => check(isItem(came++, text, total)))))
}

const chunks = (count: number): Promise<void> => {
  let bytes = 0
  return done(remote.chunks(count).pipe(tap(chunk => (bytes += chunk.length)))).then(() =>
    check(bytes === count * chunkSize),
  )
}

const slab = Buffer.alloc(8_192)

/** A request and its answer, written and read by hand. */
const byHand = (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) {
    const asked = writeAsk(slab, n & 1_023, askFor(n))
    const answered = writeAnswer(slab, asked, answerTo(readAsk(slab, n & 1_023, asked)))
    const { text, total } = readAnswer(slab, asked, answered)
    check(isAnswer(n, text, total))
  }
  return Promise.resolve()
}

/** Processor time of all threads of this process, in microseconds a piece. */
const cost = async (work: (count: number) => Promise<void>, count: number): Promise<number> => {
  const before = process.cpuUsage()
  await work(count)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const works = [
  [byHand, 100_000],
  [calls, 5_120],
  [items, 40_000],
  [chunks, 200],
] as const

const rounds = Number(process.argv[2])
const least = works.map(() => Infinity)
for (let round = -8; round < rounds; round++)
  for (const [index, [work, count]] of works.entries()) {
    const found = await cost(work, count)
    // noise only adds; the first rounds warm up
    if (round >= 0) least[index] = Math.min(least[index]!, found)
  }
const [hand = NaN, call = NaN, item = NaN, chunk = NaN] = least
const costs: Costs = { hand, call, item, chunk }
process.stdout.write(JSON.stringify(costs))
process.exit()

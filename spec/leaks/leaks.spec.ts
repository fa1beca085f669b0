import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { scriptArgs } from '../helpers/script-args.js'

interface Census {
  readonly heap: number
  readonly resources: Readonly<Record<string, number>>
  readonly listeners: number
}

interface Report {
  readonly before: Census
  readonly after: Census
  readonly start: Census
  readonly end: Census
  readonly cancelled: number
  readonly left: { readonly calls: readonly string[]; readonly kept: number }
}

const MiB = 1024 * 1024

/** Runs the program to its end, which is to come by itself. */
const run = (scene: string, n: number): Promise<{ readonly report: Report; readonly ms: number }> =>
  new Promise((resolve, reject) => {
    const start = performance.now()
    execFile(
      process.execPath,
      ['--expose-gc', ...scriptArgs(fileURLToPath(new URL('./program.ts', import.meta.url)), scene, String(n))],
      { timeout: 100_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error !== null) reject(new Error(`${scene} did not end by itself: ${stderr || error.message}`))
        else resolve({ report: JSON.parse(stdout) as Report, ms: performance.now() - start })
      },
    )
  })

/** One for all deadlines of an end: it may be there or not, by when the last call with a deadline was made. */
const sharedTimers = 2

/** What holds the process now and did not before. */
const more = ({ resources: now }: Census, { resources: then }: Census): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(now).filter(([name, count]) => count > (name === 'Timeout' ? sharedTimers : (then[name] ?? 0))),
  )

const text = (census: Census) => `${(census.heap / MiB).toFixed(1)} MiB, ${JSON.stringify(census.resources)}`

test('a hundred thousand calls of every kind, half of them cancelled, leave nothing behind', async t => {
  t.timeout(120_000)
  const { report, ms } = await run('calls', 100_000)
  const { before, after, end, cancelled, left } = report
  t.log(`${cancelled} of 100000 cancelled; before ${text(before)}; after ${text(after)}; ${(ms / 1000).toFixed(1)} s`)
  t.true(cancelled >= 45_000 && cancelled <= 55_000, `${cancelled} calls were cancelled`)
  t.deepEqual(left, { calls: [], kept: 0 })
  t.true(after.heap - before.heap < 5 * MiB, `${text(before)}, then ${text(after)}`)
  t.deepEqual(more(after, before), {})
  t.is(after.listeners, before.listeners)
  // with the connection gone, no timer is left either
  t.is(end.resources.Timeout, undefined)
  t.is(end.resources.Immediate, undefined)
})

test('a thousand connections, made and dropped, leave nothing behind', async t => {
  t.timeout(120_000)
  const { report, ms } = await run('connections', 1_000)
  const { before, after, start, end } = report
  t.log(
    `before ${text(before)}; after ${text(after)}; with the listener gone ${text(end)}; ${(ms / 1000).toFixed(1)} s`,
  )
  t.true(after.heap - before.heap < 5 * MiB, `${text(before)}, then ${text(after)}`)
  t.deepEqual(end.resources, start.resources)
  t.is(end.listeners, start.listeners)
  t.is(after.listeners, before.listeners)
})

test('a process with nothing left to do ends by itself', async t => {
  t.timeout(60_000)
  const { ms } = await run('idle', 0)
  t.true(ms < 20_000)
})

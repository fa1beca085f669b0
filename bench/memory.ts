import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Figure, Scenario } from './harness/figure.js'
import type { Result, Task } from './memory/near.js'

const chunks = { what: 'Chunks', count: 32_768 } as const
const items = { what: 'Items', count: 10_000_000 } as const

const tasks: readonly Task[] = [
  ...(['stream', 'upload', 'channel'] as const).flatMap(kind =>
    [chunks, items].flatMap(size => (['paced', 'for await'] as const).map(how => ({ kind, how, ...size }))),
  ),
  { kind: 'stop', how: 'for await', ...chunks },
  { kind: 'stop', how: 'for await', ...items },
]

const nameOf = ({ kind, what, how }: Task): string =>
  `${kind}, ${what === 'Chunks' ? '2 GiB of 64 KiB chunks' : '10,000,000 small items'}, ${how}`

const run = (file: string, task: Task): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = fork(file, [JSON.stringify(task)], { execArgv: [] })
    child.once('message', result => resolve(result as Result))
    child.once('exit', code => reject(new Error(`${nameOf(task)}: a process ended with ${code}: see its stderr`)))
  })

/**
 * How much the resident memory of two processes grows at most, from where it was once they were connected, while one
 * sends to the other: 2 GiB of chunks, or ten million small items, to a consumer that takes a millisecond for each of the
 * first 2,000 and then hurries. And how far a producer is ahead of a consumer that has stopped for five seconds.
 */
export const scenario: Scenario = {
  name: 'memory',
  run: async ({ subjects, fileOf }) => {
    const figures: Figure[] = []
    if (!subjects.some(({ name }) => name === 'sluice')) return figures
    const file = fileOf(fileURLToPath(new URL('./memory/near.ts', import.meta.url)))
    for (const task of tasks) {
      const { near, far, ms, ahead } = await run(file, task)
      const add = (metric: string, value: number, unit: string) =>
        figures.push({ scenario: 'memory', subject: 'sluice', metric: `${nameOf(task)}: ${metric}`, value, unit })
      // it takes long, and what fails late is not to take the rest with it
      console.error(`  ${nameOf(task)}: parent ${near >> 10} MiB, child ${far >> 10} MiB, ${Math.round(ms / 1000)} s`)
      if (task.kind === 'stop') add('producer ahead after 5 s', ahead, 'items')
      add('parent grew by', near / 1024, 'MiB')
      add('child grew by', far / 1024, 'MiB')
      if (task.kind !== 'stop') add('took', ms / 1000, 's')
    }
    return figures
  },
}

import { fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { dependenciesOf } from './cold/dependencies.js'
import type { Figure, Scenario } from './harness/figure.js'
import { median, withRatios } from './harness/rounds.js'

/** How long a parent took until its child had answered once. */
interface Found {
  readonly fromStart: number
  readonly fromSpawn: number
}

/** One way of getting there: a program, its argument, and what is made of what it says. */
interface Way {
  readonly subject: string
  readonly file: string
  readonly argument?: string
  readonly metrics: Readonly<Record<string, (said: never) => number>>
}

const run = (file: string, argument: string | undefined): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const child = fork(file, argument === undefined ? [] : [argument], { execArgv: [] })
    let said: unknown
    child.once('message', message => (said = message))
    child.once('close', code => {
      if (said === undefined) reject(new Error(`${file} ended with ${code} and said nothing: see its stderr`))
      else resolve(said)
    })
  })

/**
 * How long it takes to begin, in milliseconds: to import `sluice/node`, against the import of its dependencies alone; and from
 * the start of a parent, and from its spawning of a child, to the child's first answer, against a loop by hand in which
 * both import the same dependencies.
 */
export const scenario: Scenario = {
  name: 'cold',
  run: async ({ rounds, subjects, fileOf }) => {
    if (!subjects.some(({ name }) => name === 'sluice')) return []
    const compiled = (name: string) => fileOf(fileURLToPath(new URL(`./cold/${name}.ts`, import.meta.url)))
    const folder = dirname(compiled('time-import'))
    const dist = join(folder, '../../dist')
    const alone = (name: string, entries: readonly string[]): string => {
      const file = join(folder, `${name}.js`)
      writeFileSync(file, dependenciesOf(entries.map(entry => join(dist, entry))))
      return pathToFileURL(file).href
    }
    const ofNode = alone('dependencies-of-node', ['node.js'])
    const ofBoth = alone('dependencies-of-both', ['index.js', 'node.js'])
    const importTime = { 'import of sluice/node': (ms: number) => ms }
    const bothTime = { 'import of sluice and sluice/node': (ms: number) => ms }
    const replies = {
      'from node start to first reply': ({ fromStart }: Found) => fromStart,
      'from spawn to first reply': ({ fromSpawn }: Found) => fromSpawn,
    }
    const both = join(folder, 'both.js')
    writeFileSync(both, "import 'sluice'\nimport 'sluice/node'\n")
    const ways: readonly Way[] = [
      { subject: 'floor', file: compiled('time-import'), argument: ofNode, metrics: importTime },
      {
        subject: 'sluice',
        file: compiled('time-import'),
        argument: pathToFileURL(join(dist, 'node.js')).href,
        metrics: importTime,
      },
      { subject: 'floor', file: compiled('time-import'), argument: ofBoth, metrics: bothTime },
      { subject: 'sluice', file: compiled('time-import'), argument: pathToFileURL(both).href, metrics: bothTime },
      { subject: 'floor', file: compiled('bare-near'), argument: ofBoth, metrics: replies },
      { subject: 'sluice', file: compiled('sluice-near'), metrics: replies },
      { subject: 'bare node', file: compiled('bare-near'), metrics: replies },
    ]
    const said = ways.map((): unknown[] => [])
    for (let round = -1; round < Math.max(rounds * 3, 5); round++)
      for (const [index, { file, argument }] of ways.entries()) {
        const one = await run(file, argument)
        if (round >= 0) said[index]?.push(one) // the first round fills the caches of files
      }
    const figures = ways.flatMap(({ subject, metrics }, index) =>
      Object.entries(metrics).map(([metric, from]): Figure => {
        const value = median((said[index] ?? []).map(one => from(one as never)))
        return { scenario: 'cold', subject, metric, value, unit: 'ms' }
      }),
    )
    return withRatios(figures)
  },
}

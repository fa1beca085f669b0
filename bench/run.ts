import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { buildBench, scenarioFiles, subjectFiles } from './harness/build.js'
import type { Figure, Scenario, Subject, SubjectSpec } from './harness/figure.js'
import { missing } from './harness/packages.js'
import { tableOf } from './harness/table.js'

/** `npm run bench [-- SCENARIO...] [--subject NAME] [--rounds N] [--duration MS] [--heap MIB] [--json]`: see bench/README.md. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    duration: { type: 'string', default: '1000' },
    heap: { type: 'string' },
    subject: { type: 'string', multiple: true, default: [] },
  },
})

const pick = (known: readonly string[], wanted: readonly string[], what: string): readonly string[] => {
  const strange = wanted.filter(name => !known.includes(name))
  if (strange.length > 0) throw new Error(`no ${what} ${strange.join(', ')}: there are ${known.join(', ')}`)
  return wanted.length === 0 ? known : known.filter(name => wanted.includes(name))
}

const positive = (text: string, option: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${option} ${text}: give a positive number`)
  return value
}

const ballast = fileURLToPath(new URL('harness/ballast.ts', import.meta.url))

const main = async (): Promise<void> => {
  const load = async <T>(file: string, name: string): Promise<T> => {
    const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, T>>
    const found = module[name]
    if (found === undefined) throw new Error(`${file} exports no ${name}: bench/README.md says what it is to export`)
    return found
  }
  const subjects: Subject[] = []
  const leftOut: string[] = []
  for (const file of subjectFiles()) {
    const { name, scenarios, needs = [] } = await load<SubjectSpec>(file, 'subject')
    const server = join(dirname(file), 'server.ts')
    if (missing(needs).length > 0) leftOut.push(name)
    else
      subjects.push({
        name,
        scenarios,
        server: existsSync(server) ? server : undefined,
        client: join(dirname(file), 'client.ts'),
      })
  }
  if (leftOut.length > 0)
    console.error(
      `not measured: ${[...new Set(leftOut)].sort().join(', ')}. Install what they are made of: npm ci --prefix bench`,
    )
  subjects.sort((a, b) => Number(b.name === 'floor') - Number(a.name === 'floor') || a.name.localeCompare(b.name))
  const names = pick(
    [...new Set(subjects.map(({ name }) => name))], // one may be in several folders, by scenario
    values.subject,
    'subject',
  )
  const files = scenarioFiles()
  const known = files.map(file => basename(file, '.ts'))
  const scenarios = pick(known, positionals, 'scenario')
  const rounds = positive(values.rounds, 'rounds')
  const durationMs = positive(values.duration, 'duration')

  const heap = values.heap === undefined ? undefined : positive(values.heap, 'heap')

  const build = await buildBench()
  process.once('exit', build.remove)
  if (heap !== undefined) {
    process.env.BENCH_HEAP = String(heap)
    process.env.NODE_OPTIONS = `--import ${pathToFileURL(build.fileOf(ballast)).href}`
  }
  const compiled = ({ name, scenarios, server, client }: Subject): Subject => ({
    name,
    scenarios,
    server: server && build.fileOf(server),
    client: build.fileOf(client),
  })
  const chosen = subjects.filter(({ name }) => names.includes(name)).map(compiled)
  const options = { rounds, durationMs, subjects: chosen, fileOf: build.fileOf }

  const figures: Figure[] = []
  for (const name of scenarios) {
    if (!values.json) console.error(`${name}: ${options.rounds} rounds of about ${options.durationMs} ms each`)
    const scenario = await load<Scenario>(files[known.indexOf(name)] ?? '', 'scenario')
    const found = await scenario.run(options)
    figures.push(...found)
    if (values.json) for (const figure of found) console.log(JSON.stringify(figure))
  }
  if (!values.json) console.log(`\n${tableOf(figures)}`)
  if (figures.length === 0) throw new Error('nothing was measured: no subject can do these scenarios')
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})

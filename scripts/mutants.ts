import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutate, type Mutant } from '../spec/mutants/mutant.js'
import { mutants } from '../spec/mutants/mutants.js'

/**
 * `npm run mutants`: puts each fault of spec/mutants into a copy of the tree, and looks whether its specs catch it.
 *
 * First each of those specs has to pass without a fault. A fault is caught by a test that fails then, or by one that hangs; a
 * spec that does not even load has caught nothing. `-- --only text` takes those whose name has the text in it, `-- --write` puts
 * the table into spec/mutants/README.md. Ends with 1 where a fault survives, or does not apply.
 */
const { values: options } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean' } } })

/** How many copies there are, each with one fault at a time. */
const atOnce = 2

/** A spec that takes longer hangs, in milliseconds: the slowest takes a third of that. */
const limit = 60_000

/** How long a spec may clean up after a test has failed, in milliseconds: what has failed often waits for something else as well. */
const afterFailure = 3_000

const root = fileURLToPath(new URL('..', import.meta.url))
const left = new Set(['node_modules', '.git', 'dist', 'docs', 'coverage', '.readme', '.tmp', '.build', '.compiled'])

const wanted = mutants.filter(({ name, file }) => `${file} ${name}`.includes(options.only ?? ''))
if (wanted.length === 0) {
  console.error(`no mutant has "${options.only}" in its name or file: see spec/mutants`)
  process.exit(1)
}

const place = mkdtempSync(join(tmpdir(), 'sluice-mutants-'))
const running = new Set<number>()
// specs have process groups of their own, which a Ctrl-C does not reach: they end with this process
process.once('exit', () => {
  for (const pid of running) endGroup(pid)
  rmSync(place, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const endGroup = (pid: number): void => {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // all of it has ended
  }
}

const copyTree = (name: string): string => {
  const copy = join(place, name)
  cpSync(root, copy, { recursive: true, filter: path => relative(root, path) === '' || !left.has(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  mkdirSync(join(copy, '.tmp'))
  return copy
}

/** What a run of a spec came to: its tests by their titles, and whatever failed that is none. */
interface Run {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly hung: boolean
  /** Passed, failed, and what else was said of a failure; for whoever has to find out. */
  readonly said: string
}

/** Runs one spec in a copy of the tree. */
const runSpec = (copy: string, spec: string): Promise<Run> =>
  new Promise(settle => {
    const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs')
    // a fault may remove what is not its own: sockets and files that specs make lie in the copy, apart from everybody else's
    const temporary = join(copy, '.tmp')
    const child = spawn(process.execPath, [ava, '--tap', '--fail-fast', spec], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary, FORCE_COLOR: '0' },
    })
    const { pid } = child
    if (pid !== undefined) running.add(pid)
    const passed: string[] = []
    const failed: string[] = []
    const said: string[] = []
    let hung = false
    let cleaning: NodeJS.Timeout | undefined
    const end = (): void => {
      if (pid !== undefined) endGroup(pid)
    }
    createInterface(child.stdout).on('line', line => {
      said.push(line)
      const [, not, title] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? []
      if (title !== undefined) (not === undefined ? passed : failed).push(title)
      if (not !== undefined) cleaning ??= setTimeout(end, afterFailure)
    })
    createInterface(child.stderr).on('line', line => said.push(line))
    const timer = setTimeout(() => {
      hung = failed.length === 0
      end()
    }, limit)
    child.on('error', error => said.push(String(error)))
    child.on('close', code => {
      clearTimeout(timer)
      clearTimeout(cleaning)
      end()
      if (pid !== undefined) running.delete(pid)
      if (code !== 0 && failed.length === 0 && !hung) failed.push(`it ended with code ${code}`)
      settle({ passed, failed, hung, said: said.join('\n') })
    })
  })

/** Gives the work to the copies, each the next one when it is done. */
const share = async <T>(work: readonly T[], run: (copy: string, each: T) => Promise<void>): Promise<void> => {
  const queue = [...work]
  await Promise.all(
    copies.map(async copy => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(copy, next)
    }),
  )
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

const copies = Array.from({ length: Math.min(atOnce, wanted.length) }, (_, i) => copyTree(String(i + 1)))
const start = performance.now()

const specs = [...new Set(wanted.flatMap(mutant => mutant.specs))]
const titles = new Map<string, ReadonlySet<string>>()
let isGreen = true
await share(specs, async (copy, spec) => {
  const { passed, failed, hung, said } = await runSpec(copy, spec)
  titles.set(spec, new Set(passed))
  if (!hung && failed.length === 0 && passed.length > 0) return
  isGreen = false
  console.error(`${spec} does not pass without any fault${hung ? ', it hangs' : ''}:\n${said}`)
})
if (!isGreen) process.exit(1)
console.log(`${specs.length} specs pass without any fault, ${seconds(start)}\n`)

interface Found {
  readonly end: 'caught' | 'SURVIVED' | 'NO MATCH'
  /** By what, or why not. */
  readonly by: string
  readonly took: string
}

/** Looks for the first spec that notices the fault which is in the copy. */
const hunt = async (copy: string, { specs }: Mutant): Promise<Omit<Found, 'took'>> => {
  let broken = ''
  for (const spec of specs) {
    const { failed, hung, said } = await runSpec(copy, spec)
    const title = failed.find(failure => titles.get(spec)?.has(failure))
    if (title !== undefined) return { end: 'caught', by: `${basename(spec)}: ${title}` }
    if (hung) return { end: 'caught', by: `${basename(spec)}: time-out, it hangs for ${limit / 1000} s` }
    if (failed.length > 0) broken = `; ${basename(spec)} fails outside of any test:\n${said}`
  }
  return { end: 'SURVIVED', by: `survived ${specs.map(spec => basename(spec)).join(', ')}${broken}` }
}

const found = new Map<Mutant, Found>()
await share(wanted, async (copy, mutant) => {
  const path = join(copy, mutant.file)
  const since = performance.now()
  try {
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, mutate(mutant, source))
    try {
      found.set(mutant, { ...(await hunt(copy, mutant)), took: seconds(since) })
    } finally {
      writeFileSync(path, source)
    }
  } catch (error) {
    found.set(mutant, {
      end: 'NO MATCH',
      by: error instanceof Error ? error.message : String(error),
      took: seconds(since),
    })
  }
  const { end, by, took } = found.get(mutant) as Found
  console.log(`${end.padEnd(8)} ${took.padStart(6)}  ${mutant.name}${end === 'caught' ? '' : `\n         ${by}`}`)
})

const rows: string[] = []
let folder = ''
for (const mutant of wanted) {
  const [, of = ''] = mutant.file.split('/')
  if (of !== folder) rows.push('', of)
  folder = of
  const { by, took } = found.get(mutant) as Found
  rows.push(`  ${mutant.name}`, `    ${took.padStart(6)}  ${by.split('\n')[0]}`)
}
const count = (wanted: Found['end']): number => [...found.values()].filter(({ end }) => end === wanted).length
const stale = count('NO MATCH')
const sum = `${count('caught')} caught, ${count('SURVIVED')} survived${stale === 0 ? '' : `, ${stale} do not apply`}`
const table = `${rows.join('\n').trimStart()}\n\n${sum}`
console.log(`\n${table}`)

if (options.write === true && options.only === undefined) {
  const page = join(root, 'spec', 'mutants', 'README.md')
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    text.replace(/(```text\n)[^]*?(```)/, (_all, open: string, close: string) => `${open}${table}\n${close}`),
  )
  console.log(`wrote it to ${relative(root, page)}`)
}
process.exitCode = count('caught') === wanted.length ? 0 : 1

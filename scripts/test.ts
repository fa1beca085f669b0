import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * `npm test`: everything that must hold, one stage after the other, and a count at the end.
 *
 * A failed stage does not stop the others. The last line is `N passed, N failed`: each of ava's tests counts,
 * and each other stage counts as one. `npm test -- lint specs` runs the named stages only.
 *
 * Two stages run side by side, and whichever ends gives way to the next: specs with processes and clocks often wait, and what
 * compiles and lints does not mind to be waited for. What a stage prints comes out when it has ended.
 */
interface Count {
  readonly passed: number
  readonly failed: number
}

type Print = (text: string) => void

interface Stage {
  readonly name: string
  readonly run: (print: Print) => Promise<Count>
}

/** No stage takes longer than that, in milliseconds; one that does hangs, and says so. */
const stageLimit = 15 * 60_000

interface Started {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** A line of what it says to its user. */
  readonly out: (line: string) => void
  /** A line of its complaints. */
  readonly err: (line: string) => void
}

/** Runs a command with all that it starts, which is ended at the limit. Resolves to whether it ended well. */
const runToEnd = ({ command, args, env = {}, out, err }: Started): Promise<boolean> =>
  new Promise(settle => {
    const windows = process.platform === 'win32'
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: windows,
      detached: !windows,
      env: { ...process.env, ...env },
    })
    let last = 'nothing'
    const heard = (say: (line: string) => void) => (line: string) => {
      last = line
      say(line)
    }
    createInterface(child.stdout).on('line', heard(out))
    createInterface(child.stderr).on('line', heard(err))
    const end = (): void => {
      if (child.pid === undefined) return
      try {
        process.kill(windows ? child.pid : -child.pid, 'SIGKILL')
      } catch {
        // all of it has ended
      }
    }
    const limit = setTimeout(() => {
      err(`it hangs: ended after ${stageLimit / 60_000} minutes. The last that it said: ${last}`)
      end()
    }, stageLimit)
    process.once('exit', end)
    const settled = (well: boolean): void => {
      clearTimeout(limit)
      process.off('exit', end)
      settle(well)
    }
    child.on('error', error => {
      err(String(error))
      settled(false)
    })
    child.on('close', code => settled(code === 0))
  })

/** Compilers make much garbage that does not live long: with room for it they take a sixth less (`/usr/bin/time npm run lint`). */
const roomy = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=128` }

const npmScript =
  (script: string) =>
  async (print: Print): Promise<Count> =>
    (await runToEnd({ command: 'npm', args: ['run', '--silent', script], env: roomy, out: print, err: print }))
      ? { passed: 1, failed: 0 }
      : { passed: 0, failed: 1 }

/**
 * Runs ava over some specs. Prints failures and what is neither pass nor failure, keeps quiet about what passes.
 * A run that crashes, that has no test, or that ends badly without a failed test counts as one failure more.
 */
const ava =
  (...patterns: readonly string[]) =>
  async (print: Print): Promise<Count> => {
    let passed = 0
    let failed = 0
    const out = (line: string): void => {
      if (/^ok\b/.test(line)) {
        if (/# (SKIP|TO-?DO)/i.test(line)) {
          failed++
          print(`not run: ${line}: a spec runs, or is not there`)
        } else passed++
      } else if (/^not ok\b/.test(line)) {
        failed++
        print(line)
      } else if (!/^(TAP version|1\.\.\d|# (tests|pass|skip|fail)\b|# )/.test(line) && line.trim() !== '') {
        print(line)
      }
    }
    const args = ['node_modules/ava/entrypoints/cli.mjs', '--tap', ...patterns]
    const well = await runToEnd({ command: process.execPath, args, env: { SPECS: 'grouped' }, out, err: print })
    if (passed + failed === 0) print(`no test ran for ${patterns.join(' ')}: the patterns match no spec`)
    return { passed, failed: failed === 0 && (!well || passed === 0) ? 1 : failed }
  }

/** Specs that share a process, by their folder: scripts/compiled/groups.mjs has what shares, and why. */
const group = (folder: string): string => `.compiled/groups/${folder}.js`

/** What measures: it is not to be run beside anything. */
const regression = 'spec/bench/regression.spec.ts'
const packaging = 'spec/layers/package.spec.ts'
/** What starts a Chromium. */
const browser = ['spec/transport/browser/chromium.spec.ts', 'spec/examples/ui-host.spec.ts']
const examples = ['spec/examples/**', 'examples/**', group('marble-testing'), 'spec/layers/readme.spec.ts']

const without = (patterns: readonly string[]): readonly string[] => patterns.map(pattern => `!${pattern}`)

const specs = [
  'spec/**',
  '!spec/layers/**',
  '!spec/examples/**',
  ...without([...browser, regression]),
  group('!(layers|marble-testing)'),
]

/** The longest first, so that the last ones end at about the same time. */
const stages: readonly Stage[] = [
  { name: 'specs', run: ava(...specs) },
  { name: 'lint', run: npmScript('lint') },
  { name: 'browser', run: ava(...browser) },
  { name: 'examples', run: ava(...examples, ...without(browser)) },
  { name: 'typecheck', run: npmScript('typecheck') },
  { name: 'packaging', run: ava(packaging) },
  {
    name: 'no-codegen',
    // protobufjs's reflection, which reads .proto files, generates code: it is no part of the run-time faces
    run: ava(
      '--node-arguments=--disallow-code-generation-from-strings',
      'spec/schema/**',
      'spec/contract/**',
      group('{contract,schema}'),
      // the others say nothing about codecs
      'spec/end-to-end/{handlers,producers,sizes}.spec.ts',
      '!spec/contract/{from,to}-proto.spec.ts',
    ),
  },
  { name: 'layers', run: ava('spec/layers/**', group('layers'), `!${packaging}`, '!spec/layers/readme.spec.ts') },
  { name: 'docs', run: npmScript('docs') },
]

const afterwards: readonly Stage[] = [{ name: 'regression', run: ava(regression) }]

const all: readonly Stage[] = [...stages, ...afterwards]

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !all.some(stage => stage.name === name))
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(', ')}: there are ${all.map(stage => stage.name).join(', ')}`)
  process.exit(1)
}

// stages have process groups of their own, which a Ctrl-C does not reach: they end with this process
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

let passed = 0
let failed = 0
const summary: string[] = []

const runStage = async ({ name, run }: Stage): Promise<void> => {
  const said: string[] = []
  const start = performance.now()
  const count = await run(text => said.push(text))
  passed += count.passed
  failed += count.failed
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const line = `${count.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${seconds.padStart(6)} s   ${count.passed} passed, ${count.failed} failed`
  summary.push(line)
  console.log([`\n--- ${name}`, ...said, line].join('\n'))
}

const isWanted = ({ name }: Stage): boolean => wanted.length === 0 || wanted.includes(name)

/** Takes the next stage, until there is none. */
const runInTurn = async (queue: Stage[]): Promise<void> => {
  for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) await runStage(stage)
}

const queue = stages.filter(isWanted)
await Promise.all([runInTurn(queue), runInTurn(queue)])
await runInTurn(afterwards.filter(isWanted))

console.log(`\n${summary.join('\n')}\n`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

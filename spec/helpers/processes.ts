import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestFn } from 'ava'
import { firstValueFrom, type Observable, ReplaySubject } from 'rxjs'
import { onExit } from 'signal-exit'
import { pause, until, within } from '../transport/conformance/rig.js'
import { lives as isThere } from '../transport/node/fixtures/run-fixture.js'

export { pause, until, within } from '../transport/conformance/rig.js'

/** The part of ava's `t` that is needed. */
export interface Teardown {
  teardown(undo: () => void | Promise<void>): void
}

/** A program that a spec has started. */
export interface Program {
  readonly pid: number
  /** What it, and whatever it has started, has said on stdout so far, line by line. */
  readonly lines: readonly string[]
  /** What it has said on stderr so far. */
  readonly stderr: () => string
  /** Its first line that matches, also one that it has said before. */
  readonly line: (pattern: RegExp) => Promise<RegExpMatchArray>
  /** Forgets the lines so far, so that the next ones can be waited for. */
  readonly forget: () => void
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Sends a signal; nothing happens when it has ended. */
  readonly signal: (signal: NodeJS.Signals) => void
}

const mine = new Set<number>()

const endNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

// also when the runner ends this process for being late
onExit(() => mine.forEach(endNow))

/** Ends a process for certain when the test is over, whoever started it. */
export const adopt = (t: Teardown, pid: number): void => {
  mine.add(pid)
  t.teardown(() => {
    mine.delete(pid)
    endNow(pid)
  })
}

/** Arguments for `node` that run a TypeScript file. */
export const scriptArgs = (path: string, ...args: readonly string[]): string[] => ['--import', 'tsx', path, ...args]

const watch = (child: ChildProcess): Program => {
  const lines: string[] = []
  let stderr = ''
  createInterface({ input: child.stdout! }).on('line', line => lines.push(line))
  child.stderr!.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  return {
    pid: child.pid!,
    lines,
    stderr: () => stderr,
    line: pattern =>
      until(
        () => {
          for (const line of lines) {
            const found = pattern.exec(line)
            if (found !== null) return found
          }
          return undefined
        },
        `a line like ${pattern.source}, among ${JSON.stringify(lines)} and ${stderr}`,
      ),
    forget: () => void lines.splice(0),
    exited: new Promise(resolve => child.once('exit', (code, signal) => resolve({ code, signal }))),
    signal: signal => void child.kill(signal),
  }
}

/** Starts a TypeScript file in a process of its own, which is killed at the latest when the test is over. */
export const start = (t: Teardown, path: string, ...args: readonly string[]): Program => {
  const child = spawn(process.execPath, scriptArgs(path, ...args), { stdio: ['ignore', 'pipe', 'pipe'] })
  const program = watch(child)
  adopt(t, program.pid)
  // in order first, so that it removes its files; what does not obey is killed then
  t.teardown(async () => {
    program.signal('SIGTERM')
    program.signal('SIGCONT')
    await Promise.race([program.exited, pause(1_500)])
  })
  return program
}

/** Whether a process runs: one that has ended, and that nobody has asked how, is still there on Linux. */
export const lives = (pid: number): boolean => {
  if (!isThere(pid)) return false
  if (process.platform !== 'linux') return true
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits for the end of a process; `ms` is how long that may take. */
export const gone = async (pid: number, ms = 3_000): Promise<boolean> => {
  const limit = Date.now() + ms
  while (lives(pid)) {
    if (Date.now() > limit) return false
    await pause(5)
  }
  return true
}

/** Subscribes until the test is over; gives the first value. */
export const hold = <T>(t: Teardown, source$: Observable<T>, what = 'the first value'): Promise<T> => {
  const values = new ReplaySubject<T>(1)
  const subscription = source$.subscribe(values)
  t.teardown(() => subscription.unsubscribe())
  return within(firstValueFrom(values), what)
}

/** Pids with a variable in their environment; Linux alone tells. */
const marked = (mark: string): number[] => {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        // one that has ended, and waits for its parent to look, has an empty environment
        return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
      } catch {
        return false
      }
    })
}

/** Where this spec's sockets lie, and what is in there. */
export interface OwnPlace {
  readonly path: string
  /** Names of the files and directories that sluice has made and not yet removed. */
  readonly left: () => string[]
  /** Pids of all processes that came, directly or not, of this spec. */
  readonly running: () => number[]
}

/**
 * Gives a spec file a directory of its own for sockets, and adds a last test: that no process and no file is left.
 *
 * What is left all the same is removed then.
 */
export const ownPlace = (test: TestFn): OwnPlace => {
  const path = mkdtempSync(join(tmpdir(), 'e2e-'))
  onExit(() => rmSync(path, { recursive: true, force: true }))
  const mark = `SPEC_MARK=${path}`
  process.env.XDG_RUNTIME_DIR = path
  process.env.SPEC_MARK = path
  const left = () => readdirSync(path).filter(name => name.startsWith('sluice-'))
  const running = () => marked(mark)
  test.after.always('leaves no process and no file behind', async t => {
    for (let turn = 0; turn < 80 && (running().length > 0 || left().length > 0); turn += 1) await pause(50)
    const strays = running()
    const files = left()
    strays.forEach(endNow)
    rmSync(path, { recursive: true, force: true })
    t.deepEqual(strays, [], 'processes are left')
    t.deepEqual(files, [], 'files are left')
  })
  return { path, left, running }
}

/** Does something with teardowns of its own, all done when it is over: for what several tests look at. */
export const scene = async <T>(play: (t: Teardown) => Promise<T>): Promise<T> => {
  const undo: Array<() => void | Promise<void>> = []
  try {
    return await play({ teardown: work => void undo.push(work) })
  } finally {
    for (const work of undo.reverse()) await work()
  }
}

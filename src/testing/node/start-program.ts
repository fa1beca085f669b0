import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { pause, until } from '../conformance/waiting.js'
import { adopt } from './adopt.js'
import type { Teardown } from './teardown.js'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program that a test has started. */
export interface Program {
  readonly pid: number
  /** What it, and whatever it has started, has said on stdout so far, line by line. */
  readonly lines: readonly string[]
  /** What it has said on stderr so far. */
  readonly stderr: () => string
  /** Its first line that matches, also one that it has said before; fails with what it said instead, when it has ended or after half a minute. */
  readonly line: (pattern: RegExp) => Promise<RegExpMatchArray>
  /** Forgets the lines so far, so that the next ones can be waited for. */
  readonly forget: () => void
  readonly exited: Promise<Exit>
  /** Sends a signal; nothing happens when it has ended. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Kills it: it can say nothing any more, and undo nothing. */
  readonly kill: () => void
  /** Stops it where it is: its connections stay open, and it falls silent. Not on Windows. */
  readonly stop: () => void
  /** Lets it go on where it was stopped. */
  readonly continue: () => void
}

/** How {@link startProgram} starts a program. */
export interface ProgramOptions {
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv
  /** How long it has to end in order when the test is over, before it is killed; milliseconds, default 1,500. */
  readonly grace?: number
}

const watch = (child: ChildProcess): Program => {
  const lines: string[] = []
  let stderr = ''
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  let closed = false
  child.once('close', () => (closed = true))
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  return {
    pid: child.pid ?? 0,
    lines,
    stderr: () => stderr,
    line: async pattern => {
      const find = () => {
        const found = lines.map(line => pattern.exec(line)).find(match => match !== null)
        if (found === undefined && closed)
          throw new Error(`a line like ${pattern.source}: the program has ended without it`)
        return found
      }
      const heard = () => `among ${JSON.stringify(lines)} and ${stderr}`
      try {
        return await until(find, `a line like ${pattern.source}`)
      } catch (error) {
        throw new Error(`${(error as Error).message}, ${heard()}`, { cause: error })
      }
    },
    forget: () => void lines.splice(0),
    exited: new Promise(resolve => child.once('exit', (code, name) => resolve({ code, signal: name }))),
    signal,
    kill: () => signal('SIGKILL'),
    stop: () => signal('SIGSTOP'),
    continue: () => signal('SIGCONT'),
  }
}

/**
 * Starts a program in a process of its own, which is asked to end when the test is over, and killed if it does not.
 *
 * @param command - what to run: `process.execPath` for a script of Node's
 * @throws Error when there is no such command
 */
export const startProgram = (
  t: Teardown,
  command: string,
  args: readonly string[] = [],
  { cwd, env, grace = 1_500 }: ProgramOptions = {},
): Program => {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  })
  // without a pid nothing has begun
  child.on('error', () => undefined)
  if (child.pid === undefined) throw new Error(`${command} could not be started: is there such a command?`)
  const program = watch(child)
  adopt(t, program.pid)
  // in order first, so that it removes its files; what does not obey is killed then
  t.teardown(async () => {
    program.signal('SIGTERM')
    program.continue()
    await Promise.race([program.exited, pause(grace)])
  })
  return program
}

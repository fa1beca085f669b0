import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { adopt, type Teardown } from '../helpers/processes.js'
import { sourceArgs } from '../helpers/script-args.js'

/** How an example ended, and all that it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** An example under way. */
export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Sends a signal to it and to all that it has started, as Ctrl-C on a terminal does. */
  readonly signalAll: (signal: NodeJS.Signals) => void
}

/** Starts an example as `npm start` would, in a process group of its own. */
export const startExample = (t: Teardown, name: string, ...args: readonly string[]): Running => {
  const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
  const child = spawn(process.execPath, sourceArgs(path, ...args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const pid = child.pid!
  adopt(t, pid)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  return {
    pid,
    ended: new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))),
    signalAll: signal => {
      try {
        process.kill(-pid, signal)
      } catch {
        // all of them have ended
      }
    },
  }
}

/** Runs an example to its end. */
export const runExample = (t: Teardown, name: string, ...args: readonly string[]): Promise<Ended> =>
  startExample(t, name, ...args).ended

import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { ConnectionKey } from '../connection-key.js'
import { type Offspring, offspringOf } from './offspring.js'
import { randomBytes } from './random-bytes.js'
import { secretLength } from './socket-defaults.js'
import { keyVariable, type SpawnOptions } from './spawn-options.js'

/** How a child's descriptors differ from the usual: standard input and output, and what comes after standard error. */
export interface Descriptors {
  readonly standard?: 'pipe'
  readonly more?: ReadonlyArray<'pipe' | 'ipc'>
}

/** A key for a child that is reached by what it is born with. */
export const inheritedKey = (scheme: string, path = ''): ConnectionKey =>
  ConnectionKey.of({ scheme, path }, randomBytes(secretLength))

/** Starts a child process with its key. */
export const startProcess = (
  command: string,
  options: SpawnOptions,
  key: ConnectionKey,
  { standard, more = [] }: Descriptors = {},
): { readonly child: ChildProcess; readonly offspring: Offspring } => {
  const { args = [], env, cwd, stdin = 'ignore', stdout = 'inherit', stderr = 'inherit' } = options
  const byArgument = options.key === 'argument'
  const stdio: StdioOptions = [standard ?? stdin, standard ?? stdout, 'pipe', ...more]
  const child = spawn(command, byArgument ? [...args, String(key)] : args, {
    cwd,
    env: { ...process.env, ...env, [keyVariable]: byArgument ? undefined : String(key) },
    stdio,
    serialization: 'advanced',
    windowsHide: true,
  })
  return { child, offspring: offspringOf(child, command, stderr === 'inherit') }
}

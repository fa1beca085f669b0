import { spawn as start } from 'node:child_process'
import { type Observable, switchMap } from 'rxjs'
import type { Transport } from '../../pipe/pipe.js'
import type { ConnectionKey } from '../connection-key.js'
import type { HeldPipe } from '../hold-pipe.js'
import { listen } from './listen.js'
import { type Offspring, offspringOf } from './offspring.js'
import { raise } from './raise.js'
import { keyVariable, type SpawnOptions } from './spawn-options.js'

const startWith = (command: string, options: SpawnOptions, key: ConnectionKey): Offspring => {
  const { args = [], env, cwd, stdin = 'ignore', stdout = 'inherit', stderr = 'inherit' } = options
  const byArgument = options.key === 'argument'
  const child = start(command, byArgument ? [...args, String(key)] : args, {
    cwd,
    env: { ...process.env, ...env, [keyVariable]: byArgument ? undefined : String(key) },
    stdio: [stdin, stdout, 'pipe'],
    windowsHide: true,
  })
  return offspringOf(child, command, stderr === 'inherit')
}

const bySocket =
  (command: string, options: SpawnOptions) =>
  (born: (child: Offspring) => void): Observable<HeldPipe> =>
    listen(
      { clients: 1, ...(options.closeWithin === undefined ? {} : { closeWithin: options.closeWithin }) },
      'dialled',
    ).pipe(
      switchMap(({ key, held$ }) => {
        born(startWith(command, options, key))
        return held$
      }),
    )

/**
 * Starts a child and emits the pipe to it once it has connected by `fromParent()`; a dialler, and `'dialled'` is what the pipe
 * says of this end.
 *
 * The child's life:
 *
 * | what happens | what follows |
 * |---|---|
 * | subscription | a private listener for one client; the child starts and gets the key |
 * | the child cannot be started | fails with `PipeError`, `why: 'refused'` |
 * | it ends before it has connected | fails with `'exited'`, whatever its code; `cause` is an {@link Exited} with code, signal and tail of stderr |
 * | it has not connected within `connectWithin` | SIGTERM, SIGKILL after `grace`; then fails with `'refused'` |
 * | it connects | the pipe is emitted; the listener and its files are gone |
 * | it ends during the conversation | what it said before is still read; then, unless its code is 0, `incoming` and this fail with `'exited'` |
 * | both halves of the pipe have ended | the child has `grace` to end by itself, then SIGTERM, after another `grace` SIGKILL; then completes |
 * | the pipe breaks, or `outgoing.error(e)` | the same with half a second instead of the first `grace`; then fails, with `e` |
 * | unsubscription | our half ends after what is queued, then as above; before it has connected: SIGTERM at once |
 * | this process ends first | SIGTERM to a child that nobody has dismissed; a child on `fromParent()` ends by itself even after SIGKILL |
 *
 * It completes or fails only when the child is gone, so a `retry` never has two at a time; each subscription starts a child.
 *
 * @param command - an executable, by path or by name; no shell
 *
 * @example
 * ```ts
 * spawn(process.execPath, { args: ['child.js'] }).subscribe(pipe => pipe.incoming.subscribe(console.log))
 * ```
 */
export const spawn = (command: string, options: SpawnOptions = {}): Transport =>
  raise(bySocket(command, options), command, options)

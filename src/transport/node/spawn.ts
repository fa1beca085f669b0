import { checkOptions, timerDuration, oneOf, type Rules } from '../../error/check-options.js'
import type { Transport } from '../../pipe/pipe.js'
import { byFork } from './by-fork.js'
import { bySocket } from './by-socket.js'
import { byStdio } from './by-stdio.js'
import { byWorker } from './by-worker.js'
import { raise, type Road } from './raise.js'
import type { SpawnOptions } from './spawn-options.js'

const roads: Readonly<Record<NonNullable<SpawnOptions['via']>, (command: string, options: SpawnOptions) => Road>> = {
  socket: bySocket,
  stdio: byStdio,
  fork: byFork,
  worker: (module, options) => byWorker(module.startsWith('file:') ? new URL(module) : module, options),
}

const spawnRules: Rules = {
  via: oneOf('socket', 'stdio', 'fork', 'worker'),
  descriptors: oneOf('own', 'standard'),
  key: oneOf('environment', 'argument'),
  connectWithin: timerDuration,
  closeWithin: timerDuration,
  grace: timerDuration,
}

/**
 * Starts a child and emits the pipe to it once it has connected by `fromParent()`; a dialler, and `'dialled'` is what the pipe
 * says of this end.
 *
 * The child's life:
 *
 * | what happens | what follows |
 * |---|---|
 * | subscription | the child starts and gets the key; by socket, that of a private listener for one client |
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
 * @param command - an executable, by path or by name, without a shell; for a worker a module, by absolute path or URL
 * @throws InvalidOption
 *
 * @example
 * ```ts
 * spawn(process.execPath, { args: ['child.js'] }).subscribe(pipe => pipe.incoming.subscribe(console.log))
 * ```
 */
export const spawn = (command: string | URL, options: SpawnOptions = {}): Transport => {
  checkOptions('spawn', options, spawnRules)
  const name = String(command)
  return raise(roads[options.via ?? 'socket'](name, options), name, options)
}

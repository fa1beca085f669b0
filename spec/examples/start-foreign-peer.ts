import { spawn as start } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { defer, from, switchMap } from 'rxjs'
import { onExit } from 'signal-exit'
import type { Transport } from 'sluice'
import { ConnectionKey, dial } from 'sluice/node'

const main = fileURLToPath(new URL('../../examples/foreign-peer/main.mjs', import.meta.url))
const running = new Set<() => void>()

/** Ends what `startForeignPeer` has started. */
export const stopForeignPeers = (): void => running.forEach(stop => stop())

onExit(stopForeignPeers)

/** `examples/foreign-peer` in a process of its own, begun by the first pipe, with whatever faults. */
export const startForeignPeer = (...faults: readonly string[]): Transport => {
  let listening: Promise<ConnectionKey> | undefined
  const begin = (): Promise<ConnectionKey> => {
    const directory = mkdtempSync(join(tmpdir(), 'foreign-peer-'))
    const key = ConnectionKey.of({ scheme: 'unix', path: join(directory, 'socket') }, randomBytes(32))
    const child = start(process.execPath, [main, String(key), ...faults], { stdio: ['ignore', 'pipe', 'inherit'] })
    const stop = (): void => {
      running.delete(stop)
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    }
    running.add(stop)
    return new Promise((resolve, reject) => {
      child.once('exit', code => reject(new Error(`the foreign peer ended with ${code}`)))
      createInterface({ input: child.stdout }).once('line', () => resolve(key))
    })
  }
  return defer(() => from((listening ??= begin())).pipe(switchMap(key => dial(key))))
}

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onExit } from 'signal-exit'
import { pause } from '../conformance/waiting.js'
import { endNow } from './adopt.js'

/** Names the place in the environment of all that a test file starts. */
const variable = 'SLUICE_TEST_PLACE'

/** Where a test file's sockets lie, and what has come of it. */
export interface Place {
  readonly path: string
  /** Names of the files and directories that sluice has made there and not removed yet. */
  readonly left: () => string[]
  /** Pids of all processes that came, directly or not, of this test file, this one aside. Linux alone tells; else none. */
  readonly running: () => number[]
  /**
   * Fails when a process or a file is left a few seconds after all should be over: names them, ends and removes them. The place itself
   * is removed too.
   */
  readonly assertNothingLeft: () => Promise<void>
}

/** Pids with a variable in their environment. */
const marked = (mark: string): number[] => {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        // one that has ended, and waits for its parent to look, has an empty environment
        return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
      } catch {
        return false
      }
    })
}

/** How long what is ending may take, in turns of 50 ms. */
const turns = 80

/**
 * Makes a directory for the sockets of this process and of all that it starts, so that orphans and files that are left can be told.
 *
 * Sets `XDG_RUNTIME_DIR`, which is where sluice puts sockets. One for each test file; a runner that runs several in one process
 * shares it.
 */
export const makePlace = (): Place => {
  const path = mkdtempSync(join(tmpdir(), 'e2e-'))
  onExit(() => rmSync(path, { recursive: true, force: true }))
  process.env.XDG_RUNTIME_DIR = path
  process.env[variable] = path
  const left = () => readdirSync(path).filter(name => name.startsWith('sluice-'))
  const running = () => marked(`${variable}=${path}`)
  return {
    path,
    left,
    running,
    assertNothingLeft: async () => {
      for (let turn = 0; turn < turns && (running().length > 0 || left().length > 0); turn += 1) await pause(50)
      const strays = running()
      const files = left()
      strays.forEach(endNow)
      rmSync(path, { recursive: true, force: true })
      const what = [
        ...(strays.length > 0 ? [`processes are left: ${strays.join(', ')}`] : []),
        ...(files.length > 0 ? [`files are left: ${files.join(', ')}`] : []),
      ]
      if (what.length > 0) throw new Error(`${what.join('; ')}: find out who did not end, or did not clear up`)
    },
  }
}

/** The part of ava's `test` that is needed. */
export interface AvaHooks {
  readonly after: {
    readonly always: (title: string, check: (t: { pass(): unknown }) => Promise<void>) => void
  }
}

/** {@link makePlace} for a test file of ava's, with a last check: that no process and no file is left. */
export const ownPlace = (test: AvaHooks): Place => {
  const place = makePlace()
  test.after.always('leaves no process and no file behind', () => place.assertNothingLeft())
  return place
}

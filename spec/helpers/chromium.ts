import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packed from '@sparticuz/chromium'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'
import { pause } from './processes.js'

/** Longest that the browser may take to be unpacked, and to start, in milliseconds. */
const patience = 60_000

/**
 * What the package adds for machines that are smaller than a page, and that would make the browser another one: tabs and origins
 * without processes of their own, pages without an origin policy.
 */
const unlike =
  /^--(single-process|disable-web-security|allow-running-insecure-content|disable-site-isolation-trials|disable-features=)/

const args = [
  ...packed.args.filter(flag => !unlike.test(flag)),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The package unpacks itself at its first use, and takes a file that another process is still writing for a whole one. */
const unpacked = async (): Promise<string> => {
  const lock = join(tmpdir(), 'sluice-chromium-is-unpacked')
  const limit = Date.now() + patience
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      // whoever made it may have been ended before it could take it away
      if (Date.now() > limit) break
      if (!existsSync(lock)) throw error
      await pause(50)
    }
  }
  try {
    return await packed.executablePath()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * Starts a real Chromium without a window. It is heavy: one for a spec file, closed by its caller in any case; its profile is
 * a temporary directory that goes with it.
 */
export const startChromium = async (options: LaunchOptions = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: await unpacked(),
    headless: true,
    args,
    timeout: patience,
    ...options,
  })

import { readFileSync } from 'node:fs'
import { pause } from '../conformance/waiting.js'

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // somebody else's is there as well
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether a process runs. One that has ended, and that its parent has not asked how, is still there on Linux: it does not count. */
export const lives = (pid: number): boolean => {
  if (!isThere(pid)) return false
  if (process.platform !== 'linux') return true
  try {
    return !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/**
 * Waits for the end of a process.
 *
 * @param ms - how long that may take, in milliseconds; default 3,000
 * @returns whether it has ended in that time
 */
export const gone = async (pid: number, ms = 3_000): Promise<boolean> => {
  const limit = Date.now() + ms
  while (lives(pid)) {
    if (Date.now() > limit) return false
    await pause(5)
  }
  return true
}

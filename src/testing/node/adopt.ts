import { onExit } from 'signal-exit'
import type { Teardown } from './teardown.js'

const mine = new Set<number>()

/** Kills a process, unless it has ended. */
export const endNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

// also when the runner ends this process for being late
onExit(() => mine.forEach(endNow))

/** Sees to it that a process, whoever started it, is killed at the latest when the test is over, or this process ends. */
export const adopt = (t: Teardown, pid: number): void => {
  mine.add(pid)
  t.teardown(() => {
    mine.delete(pid)
    endNow(pid)
  })
}

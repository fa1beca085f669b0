import { rmSync } from 'node:fs'
import { onExit } from 'signal-exit'

const atExit = new Set<() => void>()
let forget: (() => void) | undefined

const signalListeners = (): ReadonlyMap<NodeJS.Signals, readonly NodeJS.SignalsListener[]> => {
  const signals = process.eventNames().filter((name): name is NodeJS.Signals => String(name).startsWith('SIG'))
  return new Map(signals.map(signal => [signal, process.rawListeners(signal) as NodeJS.SignalsListener[]]))
}

/**
 * Puts the listeners for signals that `listen` adds before all others.
 *
 * What ends the process when nobody else listens has to look before the others run: one that listens `once` has taken itself
 * away when it runs, and a program that shuts down in order would be ended in the midst of it.
 */
const firstInLine = <T>(listen: () => T): T => {
  const before = signalListeners()
  const result = listen()
  for (const [signal, listeners] of signalListeners())
    for (const listener of listeners) {
      if (before.get(signal)?.includes(listener)) continue
      process.off(signal, listener)
      process.prependListener(signal, listener)
    }
  return result
}

/**
 * Does something when the process ends without having got round to it: by `process.exit`, by an uncaught error, or by a
 * signal that ends a process. Signals are not swallowed: with no listener of the program's own the process ends by the
 * signal, as it would without us. SIGKILL leaves no time for anything.
 *
 * @param undo - synchronous; called once at most
 * @returns takes it back
 */
export const undoAtExit = (undo: () => void): (() => void) => {
  atExit.add(undo)
  forget ??= firstInLine(() =>
    onExit(() => {
      for (const each of atExit) each()
      atExit.clear()
    }),
  )
  return () => {
    atExit.delete(undo)
    if (atExit.size > 0) return
    forget?.()
    forget = undefined
  }
}

/**
 * Removes a file or directory, with all that is in it, at the latest when the process ends.
 *
 * @returns removes it now
 */
export const leaveNothing = (path: string): (() => void) => {
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  const takeBack = undoAtExit(remove)
  return () => {
    takeBack()
    remove()
  }
}

import { globals, type LockManagerLike } from './globals.js'

const locksHere = (): LockManagerLike | undefined => {
  try {
    return globals.navigator?.locks
  } catch {
    return undefined // a page without an origin of its own has none
  }
}

const ignore = (): void => undefined

/**
 * Holds a lock of a fresh name as long as this page or worker lives: whoever waits for it learns of its end, however sudden.
 *
 * @param held - called with the name once it is held; never, where there are no Web Locks
 * @returns lets go of it
 */
export const holdLifeLock = (held: (name: string) => void): (() => void) => {
  const locks = locksHere()
  if (locks === undefined) return ignore
  const name = `sluice-${crypto.randomUUID()}`
  const asking = new AbortController()
  let release = ignore
  const whileAlive = async (): Promise<void> => {
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    held(name)
    await released
  }
  locks.request(name, { signal: asking.signal }, whileAlive).catch(ignore)
  return () => {
    release()
    asking.abort()
  }
}

/**
 * Waits for the end of whoever holds a lock.
 *
 * Pages of different origins do not share locks: a lock that is free to begin with says nothing, and is not waited for.
 *
 * @param name - from the far end's {@link holdLifeLock}
 * @param ended - called once
 * @returns waits no longer
 */
export const awaitLifeLock = (name: string, ended: () => void): (() => void) => {
  const locks = locksHere()
  if (locks === undefined) return ignore
  const waiting = new AbortController()
  const { signal } = waiting
  locks
    .request(name, { ifAvailable: true }, lock => lock === null)
    .then(isHeld => (isHeld === true && !signal.aborted ? locks.request(name, { signal }, ended) : undefined))
    .catch(ignore)
  return () => waiting.abort()
}

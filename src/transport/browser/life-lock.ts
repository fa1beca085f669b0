import { globals, type LockManagerLike } from './globals.js'

const locksHere = (): LockManagerLike | undefined => globals.navigator?.locks

const ignore = (): void => undefined

/**
 * Holds a lock of a fresh name as long as this page or worker lives: whoever waits for it learns of its end, however sudden.
 *
 * @param held - called once, later: with the name when it is held, without one where there are no Web Locks
 * @returns lets go of it
 */
export const holdLifeLock = (held: (name?: string) => void): (() => void) => {
  const locks = locksHere()
  if (locks === undefined) {
    queueMicrotask(held)
    return ignore
  }
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
  locks.request(name, { signal: asking.signal }, whileAlive).catch(() => {
    // a page without an origin of its own may not have any
    if (!asking.signal.aborted) held()
  })
  return () => {
    asking.abort()
    release()
  }
}

/**
 * Waits for the end of whoever holds a lock.
 *
 * @param name - from the far end's {@link holdLifeLock}
 * @param shared - whether the two are known to share their locks. Pages of different origins do not; where that is open, a lock
 * that is free to begin with says nothing, and is not waited for
 * @param ended - called once
 * @returns waits no longer
 */
export const awaitLifeLock = (name: string, shared: boolean, ended: () => void): (() => void) => {
  const locks = locksHere()
  if (locks === undefined) return ignore
  const waiting = new AbortController()
  const { signal } = waiting
  const wait = (): Promise<unknown> => locks.request(name, { signal }, ended)
  const waitIfHeld = (): Promise<unknown> =>
    locks
      .request(name, { ifAvailable: true }, lock => lock === null)
      .then(isHeld => (isHeld === true && !signal.aborted ? wait() : undefined))
  ;(shared ? wait() : waitIfHeld()).catch(ignore)
  return () => waiting.abort()
}

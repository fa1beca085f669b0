import type { Socket } from 'node:net'
import { findMark, headLength, recordHead } from './stray-guard.js'

/** What a child says first on its descriptors: an empty record. */
export const greeting = recordHead('bytes', 0)

/**
 * Waits for the {@link greeting}, and leaves what comes after it unread in the socket.
 *
 * @param stray - gets what somebody else said before
 * @param greeted - called once, at the greeting
 * @returns gives up
 */
export const awaitGreeting = (input: Socket, stray: (chunk: Uint8Array) => void, greeted: () => void): (() => void) => {
  let held = Buffer.alloc(0)
  const look = (): void => {
    for (let chunk = input.read() as Buffer | null; chunk !== null; chunk = input.read() as Buffer | null) {
      held = Buffer.concat([held, chunk])
      const at = findMark(held)
      if (at > 0) stray(held.subarray(0, at))
      held = held.subarray(at)
      if (held.length < headLength) continue
      input.off('readable', look)
      if (held.length > headLength) input.unshift(held.subarray(headLength))
      greeted()
      return
    }
  }
  input.on('readable', look)
  return () => input.off('readable', look)
}

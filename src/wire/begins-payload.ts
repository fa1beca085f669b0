import { callTags } from './call-ids.js'
import type { PayloadKind } from './frame-taker.js'
import { payloadKind } from './payload-frame.js'

/** Bytes that a call's id has at most. */
const longestId = 8

/**
 * What kind of payload a frame carries and nothing else, by its first bytes, where it is as this library writes it.
 *
 * @param start - where the frame starts, behind its length
 * @param end - where what has arrived of it ends; `undefined` where that is too early to tell
 */
export const beginsPayload = (buf: Uint8Array, start: number, end: number): PayloadKind | undefined => {
  if (buf[start] !== callTags.id) return undefined
  let at = start + 1
  while (at < end && at <= start + longestId && (buf[at] as number) > 127) at++
  return at + 1 < end ? payloadKind(buf[at + 1]) : undefined
}

import { callTags } from './call-ids.js'

/** Bytes that a call's id has at most. */
const longestId = 8

/**
 * Whether a frame is a part of a payload, by its first bytes, where it is as this library writes it.
 *
 * @param start - where the frame starts, behind its length
 * @param end - where what has arrived of it ends; `false` where that is too early to tell
 */
export const beginsFragment = (buf: Uint8Array, start: number, end: number): boolean => {
  if (buf[start] !== callTags.id) return false
  let at = start + 1
  while (at < end && at <= start + longestId && (buf[at] as number) > 127) at++
  return at + 1 < end && buf[at + 1] === callTags.fragment
}

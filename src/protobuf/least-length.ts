import { Reader } from './reader.js'

/** What makes a message long comes after a few fields, if it is one field. */
const mostFields = 16

/**
 * How long a message is at least that begins with these bytes, in bytes: a field that has its length in front may reach past
 * them.
 *
 * @returns their own length where they do not tell
 */
export const leastLength = (head: Uint8Array): number => {
  const reader = Reader.create(head)
  try {
    for (let n = 0; n < mostFields && reader.pos < reader.len; n++) {
      const wire = reader.uint32() & 7
      if (wire !== 2) reader.skipType(wire)
      else {
        const size = reader.uint32()
        if (size > reader.len - reader.pos) return reader.pos + size
        reader.pos += size
      }
    }
  } catch {
    // they end within a small field, or are no message
  }
  return head.length
}

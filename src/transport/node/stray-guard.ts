/** Begins each record on a stream that others write to as well; no text has it. */
const mark = Uint8Array.of(0x00, 0xff, 0x1e, 0xfe)

/** Bytes of a record's head: mark, kind, length. */
export const headLength = mark.length + 5

const kinds = { bytes: 0, stray: 1 } as const

/** The head of a record: what follows are `length` bytes of that kind. */
export const recordHead = (kind: keyof typeof kinds, length: number): Uint8Array => {
  const head = Buffer.alloc(headLength)
  head.set(mark)
  head[mark.length] = kinds[kind]
  head.writeUInt32BE(length, mark.length + 1)
  return head
}

/** Whether the last `n` bytes could be the beginning of a mark. */
const beginsMark = (bytes: Buffer): number => {
  for (let n = Math.min(mark.length - 1, bytes.length); n > 0; n -= 1) {
    if (bytes.subarray(-n).equals(mark.subarray(0, n))) return n
  }
  return 0
}

/** Where the first mark begins, or might begin. */
export const findMark = (bytes: Buffer): number => {
  const at = bytes.indexOf(mark)
  return at >= 0 ? at : bytes.length - beginsMark(bytes)
}

/**
 * Takes records out of a stream, and all that lies between them as well: what somebody else wrote there.
 *
 * A length is believed, but nothing is allocated for it: what a record holds is handed on as it comes.
 *
 * @param bytes - gets what the records hold, in pieces as they come
 * @param stray - gets what lies between them, and records that say that they are stray
 * @returns takes the next chunk
 */
export const strayGuard = (
  bytes: (chunk: Uint8Array) => void,
  stray: (chunk: Uint8Array) => void,
): ((chunk: Uint8Array) => void) => {
  let held = Buffer.alloc(0)
  let take = bytes
  let left = 0
  return chunk => {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (held.length > 0) rest = Buffer.concat([held, rest])
    held = Buffer.alloc(0)
    while (rest.length > 0) {
      if (left > 0) {
        const part = rest.subarray(0, left)
        rest = rest.subarray(part.length)
        left -= part.length
        take(part)
        continue
      }
      const at = findMark(rest)
      if (at > 0) stray(rest.subarray(0, at))
      rest = rest.subarray(at)
      if (rest.length < headLength) {
        held = Buffer.from(rest)
        return
      }
      take = rest[mark.length] === kinds.bytes ? bytes : stray
      left = rest.readUInt32BE(mark.length + 1)
      rest = rest.subarray(headLength)
    }
  }
}

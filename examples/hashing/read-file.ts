import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'

/** Bytes of a chunk. */
const chunkSize = 64 * 1024

/** What is known of a file after its last chunk. */
export interface Reading {
  /** Bytes that were read. */
  bytes: number
  /** Another one when the file is another, or has another content: its number, size and time of change. */
  version: string
  /** Whether it became another version while it was read. */
  changed: boolean
}

/** To be filled in by {@link chunksOf}. */
export const unread = (): Reading => ({ bytes: 0, version: '', changed: false })

const versionOf = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`

// the name may mean something else by now: no link is followed, and no named pipe waited for; Windows has neither flag
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** The chunks of a file, read when they are asked for. Whoever stops asking closes it. */
export async function* chunksOf(path: string, reading: Reading): AsyncGenerator<Uint8Array> {
  const file = await open(path, flags)
  try {
    const before = await file.stat()
    if (!before.isFile()) throw new Error(`${path} is no file any more`)
    for (;;) {
      // room for a byte more than should be left, so that a chunk that is not full is the last
      const left = Math.max(0, before.size - reading.bytes)
      const chunk = new Uint8Array(Math.min(chunkSize, left + 1))
      const { bytesRead } = await file.read(chunk)
      reading.bytes += bytesRead
      if (bytesRead > 0) yield chunk.subarray(0, bytesRead)
      if (bytesRead < chunk.length) break
    }
    reading.version = versionOf(await file.stat())
    reading.changed = reading.version !== versionOf(before)
  } finally {
    await file.close()
  }
}

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes of the secret. */
const length = 32

/**
 * The host's secret: the one that it had before, so that pages which are open find a host that was started anew. Only its
 * owner may read the file.
 */
export const keptSecret = (path: string): Uint8Array => {
  try {
    const secret = readFileSync(path)
    if (secret.length === length) return new Uint8Array(secret)
  } catch {
    // there is none yet
  }
  const secret = randomBytes(length)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, secret, { mode: 0o600 })
  return new Uint8Array(secret)
}

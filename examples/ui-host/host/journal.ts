import { appendFileSync, mkdirSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'

/** The host's own log. A new host goes on with the file of the one before it, so that a page sees both. */
export type Journal = (line: string) => void

/** Past that many bytes a new host begins the file anew. */
const mostBytes = 256 * 1024

/** Writes lines with their time. At once: a host that is killed has said what it did. */
export const journalAt = (path: string): Journal => {
  mkdirSync(dirname(path), { recursive: true })
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostBytes) truncateSync(path)
  return line => appendFileSync(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 })
}

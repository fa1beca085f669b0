import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Something that is not hashed. */
export interface Skipped {
  readonly _tag: 'Skipped'
  readonly path: string
  /** `special`: neither file nor directory, and left alone on purpose. `unreadable`: it should have been read. */
  readonly kind: 'special' | 'unreadable'
  readonly why: string
}

/** What lies in a directory. */
export type Found = { readonly _tag: 'File'; readonly path: string } | Skipped

const whatElse = (entry: Dirent): string => {
  if (entry.isSymbolicLink()) return 'symbolic link'
  if (entry.isSocket()) return 'socket'
  if (entry.isFIFO()) return 'named pipe'
  return 'device'
}

/** Everything below a directory, in a fixed order; symbolic links are not followed. Reads a directory when it gets there. */
export async function* walk(directory: string): AsyncGenerator<Found> {
  let entries: Dirent[]
  try {
    entries = await readdir(directory, { withFileTypes: true })
  } catch (error) {
    yield {
      _tag: 'Skipped',
      path: directory,
      kind: 'unreadable',
      why: error instanceof Error ? error.message : String(error),
    }
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.isFile()) yield { _tag: 'File', path }
    else yield { _tag: 'Skipped', path, kind: 'special', why: whatElse(entry) }
  }
}

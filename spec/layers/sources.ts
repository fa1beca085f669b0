import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Texts by path from the root of the repository, with `/` between folders. */
export type Sources = ReadonlyMap<string, string>

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const left = new Set([
  'node_modules',
  'dist',
  'docs',
  'coverage',
  '.git',
  '.readme',
  '.tmp',
  '.cache',
  '.build',
  '.compiled',
])

const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    if (left.has(entry.name)) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return files(path)
    return entry.isFile() ? [path.split(sep).join(posix.sep)] : []
  })

/**
 * Reads what lies below a folder, without what is installed or built.
 *
 * @param folder - from the root of the repository; `''` is all of it
 * @param wanted - which paths to read
 */
export const readSources = (folder: string, wanted: (path: string) => boolean = () => true): Sources =>
  new Map(
    files(folder)
      .filter(wanted)
      .map(path => [path, readFileSync(join(root, path), 'utf8')]),
  )

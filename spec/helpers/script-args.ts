import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What `node` is to import first, so that it runs TypeScript that was not compiled with the specs. */
export const loader = new URL('../../scripts/compiled/register.mjs', import.meta.url).href

/** The JavaScript of a program of this repository, which was compiled with the specs. */
export const compiledProgram = (path: string): string => {
  const program = resolve(root, '.compiled', relative(root, resolve(root, path)).replace(/\.ts$/, '.js'))
  if (!existsSync(program)) throw new Error(`${path} is not compiled: see what scripts/compiled/store.mjs leaves out`)
  return program
}

/** Arguments for `node` that run a TypeScript file of this repository. Stacks lead to its source. */
export const scriptArgs = (path: string, ...args: readonly string[]): string[] => [
  '--enable-source-maps',
  compiledProgram(path),
  ...args,
]

/** The same for one that starts others of its folder by their names, with its own flags: a loader finds them. */
export const sourceArgs = (path: string, ...args: readonly string[]): string[] => ['--import', loader, path, ...args]

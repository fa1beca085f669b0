import { fileURLToPath } from 'node:url'

/**
 * Arguments that start a module of this folder as a program, with the same flags as this one: a loader for TypeScript, say.
 *
 * @param file - relative to `from`
 * @param from - `import.meta.url`
 */
export const argsFor = (file: string, from: string): readonly string[] => [
  ...process.execArgv,
  fileURLToPath(new URL(file, from)),
]

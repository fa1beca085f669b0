import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Which of these packages nobody has installed.
 *
 * @param folder - that has the package.json which asks for them; `bench/` unless told
 */
export const missing = (
  packages: readonly string[],
  folder = fileURLToPath(new URL('..', import.meta.url)),
): readonly string[] => packages.filter(name => !existsSync(join(folder, 'node_modules', name, 'package.json')))

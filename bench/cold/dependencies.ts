import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

// where a line begins, or behind another one: what is shipped has no white space between them
const imported = /(?:^|;)(?:import\s*|(?:import|export)\b[^'"=;]*\bfrom\s*)['"]([^'"]+)['"]/gm

/**
 * What compiled modules import from outside of them, as a module that imports just that: packages and Node's own modules.
 *
 * @param entries - files; those that they import by relative paths are looked at too
 */
export const dependenciesOf = (entries: readonly string[]): string => {
  const outside = new Set<string>()
  const seen = new Set<string>()
  const look = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(imported)) {
      if (specifier.startsWith('.')) look(join(dirname(file), specifier))
      else outside.add(specifier)
    }
  }
  for (const entry of entries) look(entry)
  if (outside.size === 0)
    throw new Error(`${entries} import nothing from outside: has the compiled code changed its form?`)
  return [...outside].map(specifier => `import '${specifier}'\n`).join('')
}

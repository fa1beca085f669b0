import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { onExit } from 'signal-exit'

const directory = mkdtempSync(join(tmpdir(), 'far-'))
onExit(() => rmSync(directory, { recursive: true, force: true }))

/** A directory of this spec's own, gone with its process. */
export const ownDirectory = directory

/** The far program as one file, which starts several times as fast as its sources do. */
export const farBundle = join(directory, 'far.mjs')

await build({
  entryPoints: [fileURLToPath(new URL('./fixtures/far.ts', import.meta.url))],
  outfile: farBundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  // ws is CommonJS
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { Costs } from './limits.js'

const bench = fileURLToPath(new URL('..', import.meta.url))

/**
 * Measures in a process of its own, from the source as it is.
 *
 * @param rounds - the least cost of so many counts
 */
export const measureCosts = (rounds: number): Costs => {
  const builds = join(bench, '.build')
  mkdirSync(builds, { recursive: true })
  const folder = mkdtempSync(join(builds, 'regression-'))
  try {
    const outfile = join(folder, 'measure.mjs')
    buildSync({
      entryPoints: [join(bench, 'regression/measure.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      alias: { sluice: join(bench, '../src/index.ts') },
    })
    const output = execFileSync(process.execPath, [outfile, String(rounds)], { stdio: ['ignore', 'pipe', 'inherit'] })
    return JSON.parse(output.toString()) as Costs
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { buildFaces } from '../../scripts/build-faces.js'

const bench = fileURLToPath(new URL('..', import.meta.url))
const root = join(bench, '..')
const builds = join(bench, '.build')

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (entry.name === 'node_modules' || entry.name === '.build') return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? files(path) : [path]
  })

const sources = (folder: string): string[] =>
  files(folder).filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))

/** Compiled code of one run of the benchmark; two runs do not meet. */
export interface Build {
  /** Where a file of `bench/` ended up. */
  readonly fileOf: (source: string) => string
  readonly remove: () => void
}

/**
 * Turns `src/` and `bench/` into plain JavaScript under `bench/.build`, where `sluice` means the faces as the package has them.
 *
 * What is measured is to be what is shipped. A loader that compiles on the way adds to it: tsx has each function named
 * anew where it is made, which a hot path feels. Types are not checked here; `npm run typecheck` does that.
 */
export const buildBench = async (): Promise<Build> => {
  mkdirSync(builds, { recursive: true })
  const out = mkdtempSync(join(builds, 'run-'))
  const compiled = (from: string, to: string) =>
    buildSync({
      entryPoints: sources(from),
      outbase: from,
      outdir: join(out, to),
      format: 'esm',
      target: 'es2022',
      tsconfigRaw: { compilerOptions: { target: 'es2022', verbatimModuleSyntax: true } },
    })
  compiled(join(root, 'src'), 'src')
  await buildFaces(join(out, 'dist'))
  compiled(bench, 'bench')
  for (const path of files(bench).filter(path => path.endsWith('.proto')))
    copyFileSync(path, join(out, 'bench', relative(bench, path)))
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(join(out, 'package.json'), JSON.stringify({ name, type: 'module', exports }))
  return {
    fileOf: source => join(out, 'bench', relative(bench, source)).replace(/\.ts$/, '.js'),
    remove: () => rmSync(out, { recursive: true, force: true }),
  }
}

/** Every `subject.ts` below `bench/`. */
export const subjectFiles = (): readonly string[] => sources(bench).filter(path => /[/\\]subject\.ts$/.test(path))

/** Every scenario: a module directly in `bench/`, but for the runner. */
export const scenarioFiles = (): readonly string[] =>
  sources(bench).filter(path => dirname(path) === join(bench, '.') && !path.endsWith('run.ts'))

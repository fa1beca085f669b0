import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  readonly browser: Readonly<Record<string, string>>
}

/** Modules by what the package has of them: `dist/schema/codegen.js` is `src/schema/codegen.ts`. */
const sourceOf = (built: string): string => built.replace('./dist/', 'src/').replace(/\.js$/, '.ts')

/**
 * Compiles the faces into a folder, each as a file, with what they share in a few more. Types are not looked at.
 *
 * Node finds, reads and links a dozen files where `src` has some four hundred. A program that imports `sluice` and `sluice/node`
 * and ends took 0.38 s of CPU file by file, dependencies and Node itself included, and takes 0.27 s (`/usr/bin/time node FILE`).
 *
 * Modules that `browser` in package.json exchanges stay files of their own, since a bundler exchanges files.
 */
export const buildFaces = async (outDir: string): Promise<void> => {
  const { exports, browser } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const faces = Object.values(exports).flatMap(face => (typeof face === 'string' ? [] : [sourceOf(face.default)]))
  const exchanged = Object.entries(browser).filter(([path]) => path.startsWith('./dist/'))
  const apart = new Map(exchanged.map(([path]) => [join(root, sourceOf(path)), path.replace('./dist/', './')]))
  await build({
    absWorkingDir: root,
    entryPoints: [...faces, ...exchanged.flat().map(sourceOf)],
    outbase: 'src',
    outdir: outDir,
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]', // beside the faces, so that what stays apart has the same path from each
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    minifyWhitespace: true, // its text stays on the heap of whoever imports it; names stay, for traces
    lineLimit: 140, // Node prints the line that threw
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [
      {
        name: 'apart',
        setup: bundler =>
          bundler.onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir, kind }) => {
            const place = kind === 'entry-point' ? undefined : apart.get(join(resolveDir, path.replace(/\.js$/, '.ts')))
            return place === undefined ? undefined : { path: place, external: true }
          }),
      },
    ],
  })
}

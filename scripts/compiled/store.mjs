/**
 * JavaScript of the project's TypeScript, kept for the specs and the programs that they start.
 *
 * All sources lie in one file, with rxjs, io-ts and what else each process loads: `npm test` starts some five hundred processes,
 * and four hundred files to find, read and link took most of a start. Measured (`/usr/bin/time node FILE`, where FILE imports
 * `sluice` and `sluice/node`): 0.2 s of CPU, where the same files one by one and a loader take 0.65 s.
 * Types are not looked at here: `npm run typecheck` does.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { groupsOf } from './groups.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const store = join(root, '.compiled')
const folders = ['src', 'spec', 'examples', 'bench', 'scripts']

/** What is not run from here: pages are for a browser, and the bench's peers are no packages of ours. */
const left = new Set(['node_modules', '.build', 'page', 'peers'])

const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))

/** The faces by their names, as the compiler finds them. */
const faces = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([name, [path]]) => [name, join(root, path)]),
)

/** What each source's file loads, so that all of it becomes one file. */
const loadedByAll = ['sluice', 'sluice/node', 'sluice/testing'].map(name => faces[name])

/** Packages that become part of that file. */
const takenIn = /^(rxjs|io-ts|fp-ts|@noble\/hashes|signal-exit|fast-check)(\/|$)/

/** Those of them of which a program that was not compiled with the rest must not have a second copy. */
const shared = ['rxjs', 'rxjs/testing', 'io-ts']

const pathIn = (folder, path) => join(store, folder, path.replace(/\.ts$/, '.js'))

/** Where what is made of a source is kept. */
export const placeOf = source => pathIn('.', relative(root, source))

/** Where a package or a face lies in the store, if it does. */
export const placeOfPackage = name =>
  faces[name] !== undefined
    ? placeOf(faces[name])
    : shared.includes(name)
      ? pathIn('packages', `${name}.ts`)
      : undefined

const statOf = path => statSync(path, { throwIfNoEntry: false })

/** Whether what is kept was made of the source as it is. What the source imports is not looked at. */
export const isKept = source => (statOf(placeOf(source))?.mtimeMs ?? 0) >= (statOf(source)?.mtimeMs ?? Infinity)

const sourcesIn = folder =>
  readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return left.has(entry.name) ? [] : sourcesIn(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })

const importAll = loadedByAll.map(path => `import ${JSON.stringify(path)}\n`).join('')

/** The sources of all folders. */
const allSources = () => folders.flatMap(folder => sourcesIn(join(root, folder)))

/** Specs that share a process, by the name of their group. */
export const groups = () => groupsOf(root, allSources())

/** A source's own file: it has all of the others loaded, and is the source to whoever imports it. */
const entryOf = source => `${importAll}export * from ${JSON.stringify(join(root, source))}`

/** A package's: CommonJS has no names to export all of. */
const packageOf = async name => {
  const names = Object.keys(await import(name)).filter(
    each => !['default', '__esModule', 'module.exports'].includes(each),
  )
  // some are reserved words, as io-ts's `interface` is
  const exports = names.map((each, i) => `const name${i} = all.${each}\nexport { name${i} as ${each} }\n`)
  return `${importAll}import * as all from '${name}'\n${exports.join('')}`
}

/** A source's text, whose `import.meta.url` is that of the source wherever the text ends up. */
const withItsUrl = path => {
  const text = readFileSync(path, 'utf8')
  return text.includes('import.meta.url')
    ? `const sourceUrl = ${JSON.stringify(pathToFileURL(path).href)};${text}`
    : text
}

/** What specs get for `ava`. */
const specsTest = join(root, 'scripts/compiled/own-turn.mjs')

/** What to do with the project's own names; groups are entries by their names. */
const oursWith = grouped => ({
  name: 'ours',
  setup: build => {
    build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice('entry:'.length), namespace: 'entry' }))
    build.onLoad({ filter: /./, namespace: 'entry' }, async ({ path }) => ({
      contents: shared.includes(path)
        ? await packageOf(path)
        : (grouped
            .get(path)
            ?.map(source => `import ${JSON.stringify(source)}\n`)
            .join('') ?? entryOf(path)),
      resolveDir: root,
    }))
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point') return undefined
      if (path === 'ava' && importer !== specsTest) return { path: specsTest }
      if (faces[path] !== undefined) return { path: faces[path] }
      return takenIn.test(path) ? undefined : { path, external: true }
    })
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: withItsUrl(path), loader: 'ts' }))
  },
})

const common = {
  absWorkingDir: root,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcesContent: false,
  minifyWhitespace: true,
  logLevel: 'error',
  define: { 'import.meta.url': 'sourceUrl' },
  tsconfigRaw: { compilerOptions: { target: compilerOptions.target, verbatimModuleSyntax: true } },
}

/** What becomes of these sources, by esbuild. */
const outputsOf = async sources => {
  const { build } = await import('esbuild') // which takes a while, and is seldom needed
  const entry = (name, out) => ({ in: `entry:${name}`, out: out.replace(/\.ts$/, '') })
  const grouped = groupsOf(root, sources)
  const { outputFiles } = await build({
    ...common,
    entryPoints: [
      ...sources.map(source => entry(relative(root, source), relative(root, source))),
      ...shared.map(name => entry(name, join('packages', name))),
      ...[...grouped.keys()].map(name => entry(name, join('groups', name))),
    ],
    outdir: store,
    chunkNames: 'chunks/[hash]',
    write: false,
    bundle: true,
    splitting: true,
    sourcemap: 'linked',
    // of faces all is kept, whatever package.json says of side effects: it is to be in the same file for everybody
    ignoreAnnotations: true,
    plugins: [oursWith(grouped)],
    // packages in CommonJS ask for modules of Node
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);",
    },
  })
  return outputFiles
}

/** The same for one that is not kept: its imports are found by the hooks. */
export const compiledNow = async source => {
  const { transform } = await import('esbuild')
  const { absWorkingDir, ...options } = common
  const { code } = await transform(withItsUrl(source), {
    ...options,
    loader: 'ts',
    sourcefile: source,
    sourcemap: 'inline',
  })
  return code
}

/** Changes with any source, with the packages and with what is said here. */
const stampOf = sources => {
  const hash = createHash('sha256')
  const makers = ['store.mjs', 'groups.mjs', 'own-turn.mjs'].map(name => join(root, 'scripts/compiled', name))
  for (const path of [...sources, ...makers, join(root, 'package-lock.json')]) {
    const { mtimeMs = 0, size = 0 } = statOf(path) ?? {}
    hash.update(`${path} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

const textOf = path => (statOf(path) === undefined ? '' : readFileSync(path, 'utf8'))

/** Writes a file whole: whoever reads meanwhile sees the old one or the new one. */
const replace = (place, contents) => {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(`${place}.${process.pid}`, contents)
  renameSync(`${place}.${process.pid}`, place)
}

/** How long what nothing leads to any more is kept for processes that are about to load it, in milliseconds. */
const keptFor = 3_600_000

const removeOld = kept => {
  for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !kept.has(path) && Date.now() - statSync(path).mtimeMs > keptFor)
      rmSync(path, { force: true })
  }
}

/** Compiles all of it if anything has changed. */
export const compileAll = async () => {
  const sources = allSources()
  const stamp = stampOf(sources)
  const stampPlace = join(store, 'stamp')
  if (textOf(stampPlace) === stamp) return
  const outputs = await outputsOf(sources)
  // what others lead to comes first
  for (const { path, contents } of outputs.toSorted(
    (a, b) => Number(b.path.includes('chunks')) - Number(a.path.includes('chunks')),
  )) {
    replace(path, contents)
  }
  replace(stampPlace, stamp)
  removeOld(new Set([...outputs.map(({ path }) => path), stampPlace]))
}

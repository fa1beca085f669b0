import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { codeInFaces, cycles, importsOutOfOrder, missingPackages, specifiersOf } from './imports.js'
import { readSources, root, type Sources } from './sources.js'
import { table } from './table.js'

const src = readSources('src', path => path.endsWith('.ts'))
const fixture = (files: Readonly<Record<string, string>>): Sources => new Map(Object.entries(files))
const tree = { low: [], high: ['low'] }

test('a folder imports from the folders that stand below it alone', t => {
  t.true(src.size > 0)
  t.deepEqual(importsOutOfOrder(src, table), [])
})

test('no files import each other in a circle', t => {
  t.deepEqual(cycles(src), [])
})

test('faces re-export by name and hold no code', t => {
  t.deepEqual(codeInFaces(src), [])
})

test('what the library imports is installed with it', t => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: object
    readonly peerDependencies: object
  }
  const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]
  t.deepEqual(missingPackages(src, declared), [])
})

test('the table has no circle, and names no folder without a line', t => {
  const reach = (folder: string, trail: readonly string[]): void => {
    t.false(trail.includes(folder), [...trail, folder].join(' -> '))
    t.true(folder in table, `${folder} has no line`)
    for (const below of table[folder] ?? []) reach(below, [...trail, folder])
  }
  for (const folder of Object.keys(table)) reach(folder, [])
})

test('finds every form of import', t => {
  const text = `
    import { a } from './a.js'
    import type { B } from './b.js'
    export { c } from './c.js'
    export type D = import('./d.js').D
    export const e = () => import('./e.js')
    const notAnImport = "from './f.js'"
    // import './g.js'`
  t.deepEqual(specifiersOf('src/x.ts', text), ['./a.js', './b.js', './c.js', './d.js', './e.js'])
})

test('finds an import that goes up', t => {
  const found = importsOutOfOrder(
    fixture({
      'src/low/a.ts': "import type { B } from '../high/deep/b.js'",
      'src/high/deep/b.ts': "import { c } from '../../low/c.js'",
      'src/low/c.ts': '',
    }),
    tree,
  )
  t.is(found.length, 1)
  t.regex(found[0] ?? '', /src\/low\/a\.ts imports src\/high\/deep\/b\.ts: low may import from no other folder/)
})

test('finds an import of a face, of the package itself, and of nothing', t => {
  const found = importsOutOfOrder(
    fixture({
      'src/low/a.ts': "import { b } from '../index.js'",
      'src/low/c.ts': "import { b } from 'sluice'",
      'src/low/d.ts': "import { b } from './gone.js'",
      'src/index.ts': "export { c } from './low/c.js'",
    }),
    tree,
  )
  t.is(found.length, 3)
  t.regex(found.join('\n'), /the face src\/index\.ts/)
  t.regex(found.join('\n'), /its own package/)
  t.regex(found.join('\n'), /no src\/low\/gone\.ts/)
})

test('finds a folder that is not in the table', t => {
  t.regex(importsOutOfOrder(fixture({ 'src/attic/a.ts': '' }), tree)[0] ?? '', /attic is not in/)
})

test('finds a circle of three files, once', t => {
  const found = cycles(
    fixture({
      'src/low/a.ts': "import './b.js'",
      'src/low/b.ts': "import type { C } from './c.js'",
      'src/low/c.ts': "import './a.js'",
      'src/low/d.ts': "import './a.js'\nimport './b.js'",
    }),
  )
  t.deepEqual(found, ['src/low/a.ts -> src/low/b.ts -> src/low/c.ts -> src/low/a.ts'])
})

test('finds code in a face', t => {
  const found = codeInFaces(
    fixture({
      'src/index.ts': "export { a } from './low/a.js'\nexport type { B } from './low/b.js'",
      'src/node.ts': "export * from './low/a.js'\nimport './low/b.js'\nexport const version = 1",
      'src/low/a.ts': 'export const a = 1',
    }),
  )
  t.is(found.length, 3)
})

test('finds a package that nobody declared', t => {
  const found = missingPackages(
    fixture({ 'src/low/a.ts': "import 'rxjs/operators'\nimport 'node:net'\nimport '@some/thing/deep.js'" }),
    ['rxjs'],
  )
  t.deepEqual(found, ['src/low/a.ts imports @some/thing: make it a dependency or a peer dependency, or do without'])
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { facesOf, listed, manifest, publicNames } from './public-names.js'
import { root } from './sources.js'

test('the public names are the ones that are listed', t => {
  t.true(existsSync(listed), 'no list yet: run `npm run public-names`, and read what it wrote')
  t.deepEqual(
    JSON.parse(readFileSync(listed, 'utf8')),
    publicNames(facesOf(manifest)),
    'a public name came or went: if that is meant, run `npm run public-names` and say so in CHANGELOG.md',
  )
})

test('the documentation is made from the faces', t => {
  const { entryPoints } = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8')) as { entryPoints: string[] }
  t.deepEqual(
    entryPoints,
    facesOf(manifest).map(face => face.source),
    'typedoc.json lists its entry points in the order of the exports in package.json',
  )
})

test('reads faces from the exports of a package', t => {
  t.deepEqual(
    facesOf({
      name: 'sluice',
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './node': './dist/node.js',
        './package.json': './package.json',
      },
    }),
    [
      { name: 'sluice', source: 'src/index.ts', built: ['dist/index.d.ts', 'dist/index.js'] },
      { name: 'sluice/node', source: 'src/node.ts', built: ['dist/node.js'] },
    ],
  )
})

test('tells types from values', t => {
  const names = publicNames([{ name: 'x', source: 'spec/layers/public-names.ts', built: [] }])
  t.deepEqual(names, {
    x: ['facesOf', 'listed', 'manifest', 'publicNames', 'type Face', 'type PublicNames'],
  })
})

test('refuses a face without a source', t => {
  t.throws(() => publicNames([{ name: 'sluice/moon', source: 'src/moon.ts', built: [] }]), {
    message: /exports sluice\/moon, and there is no src\/moon\.ts/,
  })
})

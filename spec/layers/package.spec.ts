import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { compiler, olderCompiler } from '../../scripts/compiler.js'
import { sourceArgs } from '../helpers/script-args.js'
import { facesOf, listed, manifest, type PublicNames } from './public-names.js'
import { root } from './sources.js'

const faces = facesOf(manifest)
const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

const place = mkdtempSync(join(tmpdir(), 'sluice-package-'))
const staged = join(place, 'staged')
const fresh = join(place, 'fresh')
let tarball = ''

const run = (command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> =>
  spawnSync(command, args, { cwd, encoding: 'utf8', shell: command === npm && process.platform === 'win32' })

const output = (result: SpawnSyncReturns<string>) => `${result.stdout}\n${result.stderr}`

test.before('is built, packed and installed', t => {
  t.timeout(180_000)
  // beside the work tree, so that a build that goes on there changes nothing here
  mkdirSync(staged)
  const built = run(process.execPath, sourceArgs('scripts/build.ts', join(staged, 'dist')), root)
  t.is(built.status, 0, `npm run build fails: ${output(built)}`)
  const { files } = manifest as unknown as { readonly files: readonly string[] }
  const shipped = ['package.json', 'README.md', 'LICENSE', ...files.filter(path => path !== 'dist')]
  for (const path of shipped) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(staged, path), { recursive: true })
  }
  const packed = run(npm, ['pack', '--ignore-scripts', '--json', '--pack-destination', place], staged)
  t.is(packed.status, 0, output(packed))
  const [pack] = JSON.parse(packed.stdout) as ReadonlyArray<{ readonly filename: string }>
  tarball = join(place, pack?.filename ?? '')

  mkdirSync(fresh)
  writeFileSync(join(fresh, 'package.json'), JSON.stringify({ name: 'fresh', private: true, type: 'module' }))
  const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
  const installed = run(npm, ['install', ...flags, tarball], fresh)
  t.is(installed.status, 0, output(installed))
})

test.after.always('is removed', () => rmSync(place, { recursive: true, force: true }))

test('has a file for each of its exports', t => {
  t.true(faces.length > 0)
  for (const face of faces) {
    t.true(
      face.built.some(path => path.endsWith('.d.ts')),
      `${face.name} has no types`,
    )
    for (const path of face.built) {
      t.true(
        existsSync(join(fresh, 'node_modules/sluice', path)),
        `package.json exports ${face.name} as ${path}, and the package has none: write ${face.source}, or drop the export`,
      )
    }
  }
})

test('has both modules of each pair of which browsers take the second', t => {
  const { browser } = manifest as unknown as { readonly browser: Readonly<Record<string, string>> }
  const built = Object.entries(browser).flatMap(pair => (pair[0].startsWith('./dist/') ? pair : []))
  t.true(built.length > 0)
  for (const path of built) t.true(existsSync(join(fresh, 'node_modules/sluice', path)), `${path} is not there`)
})

test('has a few files of code, since each has to be found, read and linked wherever it is imported', t => {
  const paths = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const code = paths.filter(path => /^package\/dist\/.*\.js$/.test(path))
  t.true(code.length >= faces.length && code.length <= 30, `dist has ${code.length} files of code`)
  for (const path of code) t.true(paths.includes(`${path}.map`), `${path} does not lead to its source`)
})

test('holds what its readers need, and nothing of the workshop', t => {
  const paths = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  for (const path of ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    t.true(paths.includes(`package/${path}`), `the package lacks ${path}`)
  }
  t.deepEqual(
    paths.filter(path => !/^package\/(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/|src\/|proto\/)/.test(path)),
    [],
  )
})

test('publint finds nothing to say', async t => {
  const pack = { tarball: new Uint8Array(readFileSync(tarball)).buffer }
  const { messages, pkg } = await publint({ pack, strict: true })
  // it would have `imports` in place of `browser`; those lead into dist, where specs and examples, which run src, find nothing
  const told = messages.filter(({ code }) => code !== 'USE_EXPORTS_OR_IMPORTS_BROWSER')
  t.deepEqual(
    told.map(message => formatMessage(message, pkg, { color: false })),
    [],
  )
})

test('its types resolve wherever Node resolves its code', t => {
  const result = run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'], root)
  t.is(result.status, 0, output(result))
})

test('each face can be imported, and gives the names that are listed', t => {
  const names = JSON.parse(readFileSync(listed, 'utf8')) as PublicNames
  for (const face of faces) {
    const code = `import * as face from '${face.name}'; console.log(JSON.stringify(Object.keys(face)))`
    const result = run(process.execPath, ['--input-type=module', '-e', code], fresh)
    t.is(result.status, 0, `import of ${face.name}: ${output(result)}`)
    t.deepEqual(
      (JSON.parse(result.stdout) as string[]).sort(),
      (names[face.name] ?? []).filter(name => !name.startsWith('type ')),
      `${face.name}: run \`npm run public-names\` if the change is meant`,
    )
  }
})

test('a program that talks over sockets loads neither HTTP nor threads nor the module of cryptography', t => {
  const code = `
    const before = new Set(process.moduleLoadList)
    await Promise.all([import('sluice'), import('sluice/node')])
    console.log(JSON.stringify(process.moduleLoadList.filter(name => !before.has(name))))`
  const result = run(process.execPath, ['--input-type=module', '-e', code], fresh)
  t.is(result.status, 0, output(result))
  const loaded = JSON.parse(result.stdout) as readonly string[]
  t.true(loaded.includes('NativeModule net'))
  t.deepEqual(
    loaded.filter(name => /^NativeModule (http|https|http2|crypto|worker_threads)$/.test(name)),
    [],
    'it stays on the heap of every process: see src/transport/node/random-bytes.ts',
  )
})

test('each face can be required from CommonJS, where Node requires modules', t => {
  const can = (process.features as { readonly require_module?: boolean }).require_module === true
  for (const face of faces) {
    const code = `process.stdout.write(typeof require('${face.name}'))`
    const result = run(process.execPath, ['--no-warnings', '--input-type=commonjs', '-e', code], fresh)
    if (can) t.is(result.stdout, 'object', `require of ${face.name}: ${output(result)}`)
    else t.regex(result.stderr, /ERR_REQUIRE_ESM/)
  }
})

test('each face can be used from TypeScript', t => {
  const imports = faces.map((face, index) => `import * as face${index} from '${face.name}'\nexport { face${index} }`)
  writeFileSync(join(fresh, 'consumer.ts'), `${imports.join('\n')}\n`)
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext']
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  // all of the package's types by the one; by the other, which takes long, what a user's own module has to do with them
  for (const [typescript, ...more] of [[compiler], [olderCompiler, '--skipLibCheck']] as const) {
    const result = run(process.execPath, [typescript, ...flags, ...more, ...types, 'consumer.ts'], fresh)
    t.is(result.status, 0, output(result))
  }
})

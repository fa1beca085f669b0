import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { build } from 'esbuild'
import { buildFaces } from '../../scripts/build-faces.js'
import { root } from './sources.js'

// the faces as the package has them
mkdirSync(join(root, '.tmp'), { recursive: true })
const packed = mkdtempSync(join(root, '.tmp', 'bundle-'))
test.before('is built', async () => {
  cpSync(join(root, 'package.json'), join(packed, 'package.json'))
  await buildFaces(join(packed, 'dist'))
})
test.after.always('is removed', () => rmSync(packed, { recursive: true, force: true }))

/**
 * What a browser has to load: a page that dials by WebSocket, with a contract of five methods, a record with unions, arrays and a
 * brand. Minified, gzipped, without any configuration: io-ts comes as ES modules, since its package names them.
 *
 * 50 kB with all dependencies and 15 kB of sluice itself were the goal. Neither is reached: the bounds below keep what there is
 * from growing. Codecs derived, described and compared at run time are two fifths of it.
 */
const most = { own: 64_300, all: 78_750, modern: 77_300 }

const page = `
import * as t from 'io-ts'
import { channel, contract, exponential, int32, peer, reconnect, request, stream, upload } from 'sluice'
import { dial } from 'sluice/browser'

const Bread = t.keyof({ rye: null, wheat: null })
const Topping = t.union([
  t.type({ _tag: t.literal('Cheese'), name: t.string }),
  t.type({ _tag: t.literal('Ham'), slices: int32 }),
])
const Id = t.brand(t.string, s => s.length > 0, 'Id')
const Order = t.type({ id: Id, bread: Bread, toppings: t.array(Topping), notes: t.record(t.string, t.string) })
const Kitchen = contract('demo.Kitchen', {
  howAreYou: request(t.void, t.string),
  makeSandwich: request(Order, t.array(t.string), { failure: Bread }),
  ticks: stream(int32, t.number),
  weigh: upload(t.string, t.number),
  chat: channel(t.string, t.string),
})
dial(location.hash)
  .pipe(reconnect(exponential({ from: 50, to: 5_000 })), peer({ uses: Kitchen }))
  .subscribe(({ remote }) => remote.howAreYou().subscribe(console.log))
`

const shipped = {
  sluice: join(packed, 'dist/index.js'),
  'sluice/browser': join(packed, 'dist/browser.js'),
}

/** The same, module by module. */
const modules = {
  sluice: join(root, 'src/index.ts'),
  'sluice/browser': join(root, 'src/browser.ts'),
}

interface Bundling {
  readonly packages?: 'bundle' | 'external'
  readonly conditions?: string[]
  readonly sluice?: Record<string, string>
}

const bundle = async ({ packages = 'bundle', conditions = [], sluice = shipped }: Bundling = {}) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: page, resolveDir: root, loader: 'ts' },
    // the paths of ours lead to the sources; the rest is as `npm run build` has it
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'error', // it tells of imports that it leaves out, unless they lie in node_modules
    outdir: 'out',
    packages,
    alias: sluice,
    // without any, esbuild adds `module`, as it does unless told
    ...(conditions.length > 0 ? { conditions: ['module', ...conditions] } : {}),
  })
  const [output] = outputFiles
  return {
    text: output?.text ?? '',
    gzipped: gzipSync(output?.contents ?? new Uint8Array(0), { level: 9 }).length,
    inputs: Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {}),
  }
}

const kB = (bytes: number): string => (bytes / 1_000).toFixed(1).padStart(6)

/** A folder of ours, or a package. */
const partOf = (path: string): string =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? /^src\/[^/]+/.exec(path)?.[0] ?? 'the page'

test('a page with a typical contract has to load no more than it does today', async t => {
  const all = await bundle()
  const own = await bundle({ packages: 'external' })
  // a condition of rxjs, for its build that is as modern as ours
  const modern = await bundle({ conditions: ['es2015'] })
  const parts = new Map<string, number>()
  const { inputs } = await bundle({ sluice: modules })
  for (const [path, { bytesInOutput }] of inputs) {
    parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput)
  }
  t.log('kB, minified, before gzip')
  for (const [part, bytes] of [...parts].sort((a, b) => b[1] - a[1])) t.log(kB(bytes), part)
  const files = inputs.filter(([path]) => path.startsWith('src/'))
  t.log('the twelve longest files of sluice')
  for (const [path, { bytesInOutput }] of files.sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput).slice(0, 12)) {
    t.log(kB(bytesInOutput), path)
  }
  t.log(`minified and gzipped: sluice itself ${kB(own.gzipped)} kB, with everything ${kB(all.gzipped)} kB`)
  t.log(`with everything, under the condition es2015: ${kB(modern.gzipped)} kB`)
  t.true(own.gzipped <= most.own, `sluice itself has ${own.gzipped} bytes, and ${most.own} are the most`)
  t.true(all.gzipped <= most.all, `everything has ${all.gzipped} bytes, and ${most.all} are the most`)
  t.true(modern.gzipped <= most.modern, `everything has ${modern.gzipped} bytes there, and ${most.modern} are the most`)
})

test('a page loads nothing of Node, no protobufjs, and nothing that generates code or tries WebAssembly', async t => {
  const { text } = await bundle()
  const paths = (await bundle({ sluice: modules })).inputs.map(([path]) => path)
  t.deepEqual(
    paths.filter(path =>
      /^src\/(transport\/node|testing|cli)\/|node_modules\/(protobufjs|long|ws|signal-exit)\//.test(path),
    ),
    [],
  )
  t.true(paths.includes('src/transport/browser/dial.ts'))
  t.notRegex(text, /WebAssembly|\beval\(|\bFunction\(|from"node:|require\(/)
})

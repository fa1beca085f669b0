import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { type Block, blocksOf, type Example, examplesOf, faultsOf } from './readme.js'
import { compiler } from '../../scripts/compiler.js'
import { loader } from '../helpers/script-args.js'
import { readSources, root } from './sources.js'

/** How long a block may run, in milliseconds. */
const limitMs = 30_000

/** How long the compiler may take over all blocks and what they import, on a busy machine, in milliseconds. */
const compileLimitMs = 100_000

const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : undefined
const blocks = blocksOf(readme ?? '')
const examples = examplesOf(blocks)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly scripts: object }
const scripts = Object.keys(manifest.scripts)

interface Ended {
  readonly code: number | string | null
  readonly stdout: string
  readonly all: string
}

const node = (args: readonly string[], timeout = limitMs): Promise<Ended> =>
  new Promise(settle => {
    const child = execFile(process.execPath, args, { cwd: root, timeout }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? null)
      settle({ code, stdout, all: `${stdout}${stderr}` })
    })
    child.stdin?.end()
  })

const extracted: string[] = []

/** Writes examples into a folder of their own inside the repository, where `sluice` means `src/`. */
const extract = (files: readonly Example[]): string => {
  mkdirSync(join(root, '.readme'), { recursive: true })
  const folder = mkdtempSync(join(root, '.readme', 'blocks-'))
  extracted.push(folder)
  for (const { file, text } of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const config = { extends: '../../tsconfig.json', compilerOptions: { moduleDetection: 'force' }, include: ['**/*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return folder
}

const compile = (folder: string): Promise<Ended> => node([compiler, '-p', folder], compileLimitMs)

const run = (folder: string, file: string): Promise<Ended> => node(['--import', loader, join(folder, file)])

const folder = extract(examples)

test.after.always('is removed', () => {
  for (const place of extracted) rmSync(place, { recursive: true, force: true })
})

test('there is a README as soon as there is a public face', t => {
  t.true(readme !== undefined || !existsSync(join(root, 'src/index.ts')), 'README.md is missing: write it')
})

test('its blocks are of known languages, and its commands exist', t => {
  t.deepEqual(
    faultsOf(blocks, scripts, path => existsSync(join(root, path))),
    [],
  )
})

test.serial('its examples compile', async t => {
  t.timeout(compileLimitMs + 10_000)
  if (examples.length === 0) {
    t.true(readme === undefined, 'README.md has no ts block: it starts with a runnable example')
    return
  }
  const { code, all } = await compile(folder)
  t.is(code, 0, `a ts block is a whole module, with its imports:\n${all}`)
})

for (const { line, file, runs, output } of examples) {
  if (!runs) continue
  test.serial(`the example at line ${line} of README.md runs (${file})`, async t => {
    t.timeout(limitMs + 10_000)
    const ended = await run(folder, file)
    t.is(
      ended.code,
      0,
      `it is to end by itself within ${limitMs} ms; mark it \`ts no-run\` if it cannot:\n${ended.all}`,
    )
    if (output !== undefined) t.is(ended.stdout, output)
  })
}

test('relative links in Markdown lead to files', t => {
  for (const [path, text] of readSources('', name => name.endsWith('.md'))) {
    for (const [, target = ''] of text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)#\s]+)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      t.true(existsSync(join(root, dirname(path), target)), `${path} links to ${target}, which is not there`)
    }
  }
  t.pass()
})

const sample = [
  '# Sample',
  '```ts',
  '// one.ts',
  'export const one: number = 1',
  '```',
  '> ```ts no-run',
  "> import { one } from './one.js'",
  '> const two: string = one',
  '> ```',
  '```ts',
  "console.log('said')",
  '```',
  '```text output',
  'said',
  '```',
].join('\n')

test('reads blocks with their lines, names, marks and outputs', t => {
  const found = examplesOf(blocksOf(sample))
  t.deepEqual(
    found.map(({ line, file, runs, output }) => ({ line, file, runs, output })),
    [
      { line: 2, file: 'one.ts', runs: true, output: undefined },
      { line: 6, file: 'line-6.ts', runs: false, output: undefined },
      { line: 10, file: 'line-10.ts', runs: true, output: 'said\n' },
    ],
  )
  t.is(found[1]?.text, "import { one } from './one.js'\nconst two: string = one\n")
  t.throws(() => blocksOf('```ts\nnever closed'), { message: /never closed/ })
})

test.serial('finds an example that does not compile, and one that fails', async t => {
  t.timeout(compileLimitMs + 10_000)
  const bad: readonly Block[] = [
    ...blocksOf(sample),
    { line: 99, language: 'ts', marks: [], text: "import 'sluice/no-such-face'\n" },
    { line: 100, language: 'ts', marks: [], text: "throw new Error('as it says')\n" },
  ]
  const place = extract(examplesOf(bad))
  const { all } = await compile(place)
  t.regex(all, /line-6\.ts\(2,7\): error TS2322/)
  t.regex(all, /line-99\.ts\(1,8\): error/)
  t.is((await run(place, 'line-10.ts')).stdout, 'said\n')
  const thrown = await run(place, 'line-100.ts')
  t.is(thrown.code, 1)
  t.regex(thrown.all, /as it says/)
})

test('finds commands, files, languages and marks that are not there', t => {
  const text = [
    '```sh',
    'npm run bake && npm test',
    'npx ava spec/gone.spec.ts',
    'docker run it',
    'npm ci # fine',
    '```',
    '```js',
    '```',
    '```ts no-rum',
    '// a.ts',
    '```',
    '```ts',
    '// a.ts',
    '```',
    '```json',
    '{',
    '```',
  ].join('\n')
  const found = faultsOf(blocksOf(text), ['test'], () => false)
  t.deepEqual(
    found.map(fault => Number(/line (\d+)/.exec(fault)?.[1])),
    [1, 1, 1, 7, 9, 15, 12],
  )
})

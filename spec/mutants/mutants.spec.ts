import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { transform } from 'esbuild'
import { root } from '../layers/sources.js'
import { mutate, type Mutant } from './mutant.js'
import { mutants } from './mutants.js'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Whether a fault still fits the code around it; what it does to the specs is for `npm run mutants` to say. */
test('every mutant still applies to src, and is a program', async t => {
  t.timeout(60_000)
  for (const mutant of mutants) {
    t.true(mutant.file.startsWith('src/'), mutant.name)
    const source = mutate(mutant, read(mutant.file))
    await t.notThrowsAsync(transform(source, { loader: 'ts' }), mutant.name)
  }
})

test('the specs that are to catch a mutant exist', t => {
  for (const { name, specs } of mutants) {
    t.true(specs.length > 0, name)
    for (const spec of specs) t.true(spec.endsWith('.spec.ts') && existsSync(join(root, spec)), `${name}: ${spec}`)
  }
})

test('there are mutants of every layer, each with a name of its own', t => {
  const names = mutants.map(({ name }) => name)
  t.is(new Set(names).size, names.length)
  const layers = new Set(mutants.map(({ file }) => file.split('/')[1]))
  for (const layer of ['flow', 'wire', 'schema', 'contract', 'session', 'call', 'peer', 'transport', 'testing'])
    t.true(layers.has(layer), layer)
})

test('the page tells of each mutant what caught it, and that none survived', t => {
  const lines = read('spec/mutants/README.md').split('\n')
  for (const { name } of mutants) {
    const at = lines.indexOf(`  ${name}`)
    t.true(at >= 0, `${name}: not on the page; npm run mutants -- --write`)
    t.regex(lines[at + 1] ?? '', /^ +[\d.]+ s {2}[a-z-]+\.spec\.ts: ./, name)
  }
  t.true(lines.includes(`${mutants.length} caught, 0 survived`))
})

const fault: Mutant = {
  name: 'one too many',
  file: 'src/a.ts',
  text: 'n < 1',
  becomes: 'n <= 1 // $&',
  specs: ['spec/a.spec.ts'],
}

test('a mutant changes its text, and nothing else', t => {
  t.is(mutate(fault, 'if (n < 1) go()'), 'if (n <= 1 // $&) go()')
})

test('a mutant whose text is not there, or more than once, is refused by its name', t => {
  const refused = (times: number) => ({
    message: new RegExp(`^"one too many" does not apply: its text occurs ${times} times in src/a.ts`),
  })
  t.throws(() => mutate(fault, 'if (n < 2) go()'), refused(0))
  t.throws(() => mutate(fault, 'n < 1 || n < 1'), refused(2))
  t.throws(() => mutate({ ...fault, text: '' }, 'n < 1'), refused(0))
  t.throws(() => mutate({ ...fault, becomes: fault.text }, 'n < 1'), { message: /^"one too many" changes nothing/ })
})

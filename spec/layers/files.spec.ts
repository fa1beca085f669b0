import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { longestFile, longFiles, poorNames, undocumented } from './files.js'
import { readSources, root } from './sources.js'
import { ownSpecs, table } from './table.js'

const src = readSources('src', path => path.endsWith('.ts'))

test('files and folders are named in kebab-case, for what they hold', t => {
  t.true(src.size > 0)
  t.deepEqual(poorNames(src), [])
})

test('no file is too long to read at one go', t => {
  t.deepEqual(longFiles(src), [])
})

test('each export has a doc', t => {
  t.deepEqual(undocumented(src), [])
})

test('spec/ mirrors src/', t => {
  const known = [...Object.keys(table), ...ownSpecs]
  for (const entry of readdirSync(join(root, 'spec'), { withFileTypes: true })) {
    if (entry.isDirectory()) {
      t.true(known.includes(entry.name), `spec/${entry.name} mirrors no folder of src/: see spec/layers/table.ts`)
    }
  }
  t.true(known.length > 0)
})

test('finds names that say nothing, and names in another case', t => {
  const found = poorNames(
    new Map([
      ['src/wire/frame.ts', ''],
      ['src/wire/frame-utils.ts', ''],
      ['src/common/frame.ts', ''],
      ['src/wire/Frame.ts', ''],
      ['src/wire/index.ts', ''],
      ['src/index.ts', ''],
      ['src/wire/misconduct.ts', ''],
    ]),
  )
  t.is(found.length, 4)
})

test('finds a file that is one line too long', t => {
  const text = (lines: number) => 'x\n'.repeat(lines)
  t.deepEqual(longFiles(new Map([['a.ts', text(longestFile)]])), [])
  t.is(longFiles(new Map([['a.ts', text(longestFile + 1)]])).length, 1)
})

test('finds each export without a doc', t => {
  const text = `
    /** Has one. */
    export const a = 1
    // a remark is none
    export const b = 2
    export interface C {}
    export type D = 1
    export class E {}
    const f = 1
    /** Has one. */
    const g = 1
    export { f, g as h }
    /** One for all overloads. */
    export function i(x: string): void
    export function i(x: number): void
    export function i() {}
    const inner = 1`
  const found = undocumented(new Map([['src/x.ts', text]]))
  t.deepEqual(
    found.map(complaint => complaint.split(' ')[2]),
    ['b', 'C', 'D', 'E', 'f'],
  )
})

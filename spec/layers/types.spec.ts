import { join } from 'node:path'
import test from 'ava'
import ts from 'typescript'
import { complaintsAbout } from '../helpers/complaints.js'
import { readSources, root } from './sources.js'

/**
 * Type tests are checked by `npm run typecheck` alone. What is checked here is that it does: that it takes in each of
 * them, that each claims something, and that a wrong claim is an error.
 */
const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: diagnostic => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
  },
})
const typeTests = readSources('spec/types', path => path.endsWith('.ts'))

test('the compiler takes in each type test', t => {
  t.true(typeTests.size > 0)
  const taken = config?.fileNames.map(name => name.replace(/\\/g, '/')) ?? []
  for (const path of typeTests.keys()) {
    t.true(
      taken.some(name => name.endsWith(`/${path}`)),
      `${path} is not in tsconfig.json`,
    )
    t.false(path.endsWith('.spec.ts'), `${path}: a type test is no spec: name it without .spec`)
  }
})

test('each type test claims something', t => {
  for (const [path, text] of typeTests) t.regex(text, /expectTypeOf|@ts-expect-error/, `${path} claims nothing`)
})

test('a wrong claim is an error, and so is an error that was expected and is none', t => {
  const head = "import { expectTypeOf } from 'expect-type'\nimport type { Pipe } from '../../src/pipe/pipe.js'\n"
  const right = "expectTypeOf<Pipe['end']>().toEqualTypeOf<'dialled' | 'accepted'>()\n"
  t.deepEqual(complaintsAbout(head + right), [])
  t.is(complaintsAbout(head + right.replace(" | 'accepted'", '')).length, 1)
  t.regex(
    complaintsAbout(`${head}${right}// @ts-expect-error there is none\nexport const one = 1\n`)[0] ?? '',
    /[Uu]nused/,
  )
})

import test from 'ava'
import { ESLint } from 'eslint'

/**
 * The rules of the house that ESLint keeps. Each is shown a text that breaks it, in the place of a file that exists:
 * a selector that matches nothing would otherwise look like a tidy house.
 */
const eslint = new ESLint({
  // of src alone, which is a third of all there is
  overrideConfig: {
    files: ['src/**'],
    languageOptions: {
      parserOptions: {
        projectService: false,
        project: 'tsconfig.build.json',
        // in CI it would take texts for what stands in the files
        disallowAutomaticSingleRunInference: true,
      },
    },
  },
})

const complaints = async (filePath: string, code: string): Promise<readonly string[]> => {
  const [result] = await eslint.lintText(code, { filePath })
  return result?.messages.map(message => message.message) ?? []
}

const refuses = test.macro({
  title: (_, file: string, code: string) => `refuses in ${file}: ${code}`,
  exec: async (t, file: string, code: string, expected: RegExp) => {
    const found = await complaints(file, `${code}\n`)
    t.true(
      found.some(message => expected.test(message)),
      `expected ${expected.source}, found: ${found.join(' | ') || 'nothing'}`,
    )
  },
})

const core = 'src/machine/run-machine.ts'

test(refuses, core, 'export const later = () => setTimeout(() => 1, 1)', /scheduler/)
test(refuses, core, 'export const often = () => setInterval(() => 1, 1)', /scheduler/)
test(refuses, core, 'export const now = () => Date.now()', /scheduler/)
test(refuses, core, 'export const now = () => new Date()', /scheduler/)
test(refuses, core, 'export const soon = () => Promise.resolve(1)', /no promises/)
test(refuses, core, 'export const soon = async () => 1', /no promises/)
test(refuses, core, 'export const dice = () => Math.random()', /injected/)
test(refuses, core, "export const bytes = () => Buffer.from('a')", /Uint8Array/)
test(refuses, core, "import { connect } from 'node:net'\nexport const dial = connect", /transport\/node/)
test(refuses, core, "import protobuf from 'protobufjs'\nexport const root = new protobuf.Root()", /src.protobuf/)
test(
  refuses,
  core,
  "import protobuf from 'protobufjs/minimal.js'\nexport const writer = protobuf.Writer.create()",
  /src.protobuf/,
)
test(refuses, core, 'const step = 1\nexport default step', /Named exports only/)
test(refuses, core, "export * from './step.js'", /by name/)
test(refuses, core, "export { type Step } from './step'", /ends in \.js/)
test(refuses, core, "import { Step } from './step.js'\nexport type S = Step<1, 2, 3>", /import type|only used as types/)
test(refuses, core, "import { left } from 'fp-ts/Either'\nexport const no = left(1)", /short paths/)
test(refuses, core, "import { connect } from 'net'\nexport const dial = connect", /node: prefix/)
test(refuses, core, 'export const f = (a: any) => a as unknown', /any/)
test(
  refuses,
  core,
  "import { of } from 'rxjs'\nexport const f = () => {\n  of(1).subscribe(() => of(2).subscribe())\n}",
  /[Nn]ested|subscribe/,
)

test('any stands in a bound', async t => {
  t.deepEqual(await complaints(core, 'export const same = <M extends Map<string, any>>(map: M): M => map\n'), [])
})

test('lets a text without faults pass', async t => {
  t.deepEqual(await complaints(core, 'export const one = 1\n'), [])
})

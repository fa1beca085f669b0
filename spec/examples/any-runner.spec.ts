import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import test from 'ava'

const folder = new URL('../../examples/marble-testing/any-runner/', import.meta.url)
const pathOf = (name: string): string => fileURLToPath(new URL(name, folder))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

const runners: Readonly<Record<string, readonly string[]>> = {
  'node:test': ['--import', 'tsx', '--test', pathOf('node-test.ts')],
  Vitest: [vitest, 'run', '--config', pathOf('vitest.config.ts')],
}

/** Runs the marble test of the guide; `greeting` is what it expects. */
const run = (args: readonly string[], greeting?: string): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise(resolve => {
    const { GREETING: _, NODE_TEST_CONTEXT: __, NODE_OPTIONS: ___, ...env } = process.env
    const given = greeting === undefined ? {} : { GREETING: greeting }
    execFile(process.execPath, args, { env: { ...env, ...given }, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, text: stripVTControlCharacters(`${stdout}\n${stderr}`) }),
    )
  })

/** What a person is to read of the red run, wherever the runner puts it. */
const explained = [
  'expectFrames(right): the 1st R is not as expected, at 35 ms',
  "  expected  { value: 'hello, Bo' }",
  "  sent      { value: 'hello, Ann' }",
  '  sent, one by one',
  '         0 ms  H  Hello: serves guide.Kitchen',
  '        10 ms  V  Verdicts: all identical',
  "  >     35 ms  R  Reply 1: 'hello, Ann'",
  '        70 ms  G  Goodbye: DONE',
  'find out why, or expect it',
]

for (const [name, args] of Object.entries(runners)) {
  test.serial(`a marble test passes in ${name}`, async t => {
    t.timeout(150_000)
    const { code, text } = await run(args)
    t.is(code, 0, text)
    t.regex(text, /(# pass 1\b|Tests +1 passed)/)
  })

  test.serial(`a marble test that is wrong makes ${name} red, and can be read there`, async t => {
    t.timeout(150_000)
    const { code, text } = await run(args, 'hello, Bo')
    t.is(code, 1, text)
    t.regex(text, /(# fail 1\b|Tests +1 failed)/)
    const lines = text.split('\n').map(line => line.trim())
    for (const line of explained)
      t.true(
        lines.some(found => found.endsWith(line.trim())),
        `${line}\n\nis not in\n\n${text}`,
      )
  })
}

import { homedir } from 'node:os'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readSources, root, type Sources } from './sources.js'

const self = 'spec/layers/texts.spec.ts'

/** What a text of the repository may not hold, and what to do instead. */
const unwanted: ReadonlyArray<readonly [RegExp, string]> = [
  [/(?<![\w.*])\/(work|root|home|Users)\/\w/, 'a path of one machine: make it relative, or take it from the system'],
  [/\bregistry\.[a-z]+js\.(org|com)\b/, 'the host of a registry: whoever installs has their own'],
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'a mark of unfinished work: finish it'],
  [/eslint-disable(?!.* -- \S)/, 'a rule switched off without a reason: write `-- reason` behind it'],
  [/@ts-(ignore|nocheck)\b/, 'a check switched off: use @ts-expect-error with the reason'],
  [/@ts-expect-error\s*(\*\/)?$/, 'an expected error without the reason: say why it is one'],
  [/\btest\.(skip|only|todo|failing)\b/, 'a spec that does not run, or keeps others from it'],
  [/\b(the|this|my|your) (brief|prompt|workplace)\b/i, 'a word on how the text came about: speak of the project alone'],
  [/^(<{7}|>{7}) /, 'the mark of a conflict: resolve it'],
]

const complaints = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        unwanted.filter(([pattern]) => pattern.test(line)).map(([, remedy]) => `${path}:${index + 1}: ${remedy}`),
      ),
  )

const isText = (path: string) =>
  path !== self && !/^package-lock\.json$|\.(png|gif|jpg|ico|woff2?|bin|tgz|log)$/.test(path)

test('the repository speaks of the project alone', t => {
  const texts = readSources('', isText)
  t.true(texts.size > 0)
  t.deepEqual(complaints(texts), [])
})

test('no text names the folder or the home of whoever wrote it', t => {
  // a home like `/` or `/app` could stand in any text
  const own = [root.replace(/[/\\]$/, ''), homedir()].filter(path => path.split(/[/\\]/).filter(Boolean).length > 1)
  for (const [path, text] of readSources('', isText)) {
    for (const place of own) t.false(text.includes(place), `${path} names ${place}: make the path relative`)
  }
  t.pass()
})

test('the lock file names no registry, so that each machine may use its own', t => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const resolved = lock.split('\n').filter(line => /"resolved": "https?:/.test(line))
  t.deepEqual(resolved, [], 'run `npm install --omit-lockfile-registry-resolved`')
})

test('finds each unwanted text', t => {
  const bad = [
    'see /home/me/sluice',
    'from registry.npmjs.org',
    '// TODO later',
    '// eslint-disable-next-line no-console',
    '// @ts-ignore',
    '// @ts-expect-error',
    "test.skip('x', t => t.pass())",
    'as the brief says',
    '<<<<<<< ours',
  ]
  for (const line of bad) t.is(complaints(new Map([['a.ts', line]])).length, 1, line)
  const good = [
    '// eslint-disable-next-line no-console -- the command prints',
    '// @ts-expect-error the limit is a number',
    'a brief word, prompt as ever',
    'https://example.org/home/page',
  ]
  for (const line of good) t.deepEqual(complaints(new Map([['a.ts', line]])), [], line)
})

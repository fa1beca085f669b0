import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { titlesIn } from './titles.js'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
const [, features = '', faults = ''] = readme.split(/^## .*$/m)

/** Lines of the page that name a spec. */
const listed = [...readme.matchAll(/^ +- \[(.*?)\]\((.*?)\): (.*)$/gm)].map(([, name, file, title]) => ({
  name: name!,
  file: file!,
  title: title!,
}))

/** What stands under each entry. */
const under = (text: string, entry: RegExp): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(entry)
      .slice(1)
      .map(block => [block.split('\n')[0]!, block] as const),
  )

test('each spec that the page names is there, under that very title', t => {
  t.true(listed.length > 0)
  for (const { name, file, title } of listed) {
    t.is(name, file)
    t.true(titlesIn(new URL(file, import.meta.url)).includes(title), `${file} has no test titled: ${title}`)
  }
})

test('each spec of a feature or a fault is on the page', t => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(name => /^(features|faults)-.*\.spec\.ts$/.test(name))
  t.true(files.length > 0)
  const titles = new Set(listed.map(({ file, title }) => `${file}: ${title}`))
  for (const file of files) {
    for (const title of titlesIn(new URL(file, import.meta.url))) {
      t.true(titles.has(`${file}: ${title}`), `README.md does not name ${file}: ${title}`)
    }
  }
})

test('each feature of the seed but those of the next round has a spec', t => {
  const entries = under(features, /^- /m)
  t.is(entries.size, 15)
  for (const [name, block] of entries) t.regex(block, /\.spec\.ts\): /, name)
})

test('each of the 22 faults has a spec, or the reason why it comes later', t => {
  const numbers = [...faults.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number))
  t.deepEqual(
    numbers,
    Array.from({ length: 22 }, (_, i) => i + 1),
  )
  for (const [name, block] of under(faults, /^\d+\. /m))
    t.regex(block, /\.spec\.ts\): |comes with .*\(issue [BCD]\)/, name)
})

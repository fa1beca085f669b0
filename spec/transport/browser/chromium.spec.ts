import test from 'ava'
import type { Page } from 'playwright-core'
import { byteCases, casesFor, conformanceCases } from 'sluice/testing'
import { inTurn } from './in-turn.js'
import { livesAndDeaths } from './lives-and-deaths.js'
import { manners } from './manners.js'
import { origins } from './origins.js'
import { setStage, type InPage, type Stage } from './stage.js'
import { capabilities, rigNames, type SubjectName } from './subjects.js'

let stage: Stage
const pages = new Map<SubjectName, Page>()

test.before('a browser is there', async t => {
  t.timeout(120_000)
  stage = await setStage()
  for (const name of Object.keys(capabilities) as SubjectName[]) {
    const page = await stage.open('/host.html')
    await page.evaluate(places => (globalThis as InPage).host.start(places), stage.places)
    pages.set(name, page)
  }
})

test.after.always('the browser is gone', () => stage?.close())

const each = inTurn(test, 4)

livesAndDeaths(each, () => stage)
origins(each, () => stage)
manners(each, () => stage)

const inPage = (name: SubjectName, what: 'call' | 'bytes', at: number): Promise<void> | undefined =>
  pages
    .get(name)
    ?.evaluate(([subject, kind, i]) => (globalThis as InPage).host[kind](subject, i), [name, what, at] as const)

for (const name of Object.keys(capabilities) as SubjectName[]) {
  const { cases } = casesFor({ can: new Set(capabilities[name]) }, conformanceCases)
  for (const [at, { group, name: title }] of cases.entries())
    each(`${name}, ${group}: ${title}`, t => t.notThrowsAsync(async () => inPage(name, 'call', at)))
}

for (const name of rigNames) {
  for (const [at, { name: title }] of byteCases.entries())
    each(`${name} ${title}`, t => t.notThrowsAsync(async () => inPage(name, 'bytes', at)))
}

test.after('no page has reported a breach of its policy, nor an error that nobody caught', t => {
  t.deepEqual(stage.site.breaches, [])
  t.deepEqual(stage.errors, [])
})

import test from 'ava'
import { casesFor, conformanceCases, serveConformance } from 'sluice/testing'
import { memoryPipes } from 'sluice'

const { dial, pipes$ } = memoryPipes()
pipes$.pipe(serveConformance()).subscribe()

const subject = { name: 'memory', dial, can: new Set(['many clients', 'reconnect'] as const) }

for (const { group, name, run } of casesFor(subject, conformanceCases).cases)
  test(`${group}: ${name}`, async t => {
    await t.notThrowsAsync(run(subject))
  })

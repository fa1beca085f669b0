import type { TestFn } from 'ava'
import { casesFor, conformanceCases, type ConformanceSubject } from 'sluice/testing'
import { turnstile } from '../../helpers/turnstile.js'

/**
 * A test for each case that a subject is able to run, a few at a time, and a line for each that it is not.
 *
 * @param most - cases at once
 */
export const runCases = (test: TestFn, subject: ConformanceSubject, most = 6): void => {
  const { cases, leftOut } = casesFor(subject, conformanceCases)
  const enter = turnstile(most)
  for (const { group, name, run } of cases)
    test(`${subject.name}, ${group}: ${name}`, async t => {
      t.timeout(240_000)
      await t.notThrowsAsync(enter(() => run(subject)))
    })
  test(`${subject.name} runs ${cases.length} of ${conformanceCases.length} cases`, t => {
    for (const { case: left, lacks } of leftOut) t.log(`left out, for want of ${lacks.join(', ')}: ${left.name}`)
    t.is(cases.length + leftOut.length, conformanceCases.length)
  })
}

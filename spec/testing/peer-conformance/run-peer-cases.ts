import type { TestFn } from 'ava'
import { casesFor, peerConformanceCases, type PeerConformanceSubject } from 'sluice/testing'

/** A test for each case that a subject is able to run, one at a time, and one that says which it is not. */
export const runPeerCases = (test: TestFn, subject: PeerConformanceSubject): void => {
  const { cases, leftOut } = casesFor(subject, peerConformanceCases)
  for (const { group, name, run } of cases)
    test.serial(`${subject.name}, ${group}: ${name}`, async t => {
      await t.notThrowsAsync(run(subject))
    })
  test(`${subject.name} runs ${cases.length} of ${peerConformanceCases.length} cases`, t => {
    for (const { case: left, lacks } of leftOut) t.log(`left out, for want of ${lacks.join(', ')}: ${left.name}`)
    t.is(cases.length + leftOut.length, peerConformanceCases.length)
  })
}

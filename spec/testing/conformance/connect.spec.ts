import test from 'ava'
import { defer, delay, finalize } from 'rxjs'
import { memoryPipes, type Transport } from 'sluice'
import { serveConformance, type ConformanceSubject } from 'sluice/testing'
import { oneOf, withFar } from '../../../src/testing/conformance/connect.js'
import { until } from '../../../src/testing/conformance/waiting.js'

test('hangs up every connection, also one that was left while another case was still connecting', async t => {
  const { dial, pipes$ } = memoryPipes()
  const far = pipes$.pipe(serveConformance()).subscribe()
  let dialled = 0
  let open = 0
  const counted: Transport = defer(() => {
    const slow = (dialled += 1) > 1
    open += 1
    return dial.pipe(
      delay(slow ? 50 : 0),
      finalize(() => (open -= 1)),
    )
  })
  const subject: ConformanceSubject = { name: 'counted', dial: counted, can: new Set() }
  const aCall = (): Promise<void> =>
    withFar(subject, async ({ remote }) => {
      t.is(await oneOf(remote.say('here'), 'a call'), 'here')
    })
  await Promise.all([aCall(), aCall()])
  t.is(dialled, 2)
  await until(() => (open === 0 ? true : undefined), 'the end of both')
  far.unsubscribe()
})

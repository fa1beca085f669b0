import test from 'ava'
import { runFixture } from './fixtures/run-fixture.js'

test('leaves a signal to a program that listens for it once', async t => {
  const { firstLine, exited } = runFixture('shuts-down-in-order')
  const how = await exited
  t.deepEqual(how, { code: 0, signal: null })
  t.is(await firstLine, 'shut down in order')
})

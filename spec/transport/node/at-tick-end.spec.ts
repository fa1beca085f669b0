import { execFileSync } from 'node:child_process'
import test from 'ava'
import { atTickEnd } from '../../../src/transport/node/at-tick-end.js'
import { fixtureArgs } from './fixtures/run-fixture.js'

test('tells everybody who waits, in order, once the tick has ended; and again in the next one', async t => {
  const told: string[] = []
  const wait = (name: string, then = (): void => undefined): void =>
    atTickEnd({
      tickEnded: () => {
        told.push(name)
        then()
      },
    })
  wait('a', () => wait('c'))
  wait('b')
  t.deepEqual(told, [])
  await new Promise(setImmediate)
  t.deepEqual(told, ['a', 'b', 'c'])
  wait('d')
  await new Promise(setImmediate)
  t.deepEqual(told, ['a', 'b', 'c', 'd'])
})

test('one that throws keeps nobody else waiting', t => {
  const said = execFileSync(process.execPath, fixtureArgs('tick-end'), { encoding: 'utf8' })
  t.deepEqual(said.trim().split('\n'), ['the tick itself', 'the first', 'thrown on purpose', 'the third'])
})

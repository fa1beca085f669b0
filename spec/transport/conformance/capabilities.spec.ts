import test from 'ava'
import { byteCases, type Capability, casesFor, conformanceCases } from 'sluice/testing'
import { subjects } from './subjects.js'

const all: readonly Capability[] = ['many clients', 'reconnect', 'exit', 'kill', 'reports death', 'restart', 'stop']

/** What each transport lacks, and how many cases that costs: a capability that is lost is to be noticed. */
const lacking: Readonly<Record<string, readonly [lacks: readonly Capability[], leftOut: number]>> = {
  memory: [['exit', 'kill', 'reports death', 'restart', 'stop'], 6],
  'unix socket': [[], 0],
  'loopback TCP': [[], 0],
  WebSocket: [[], 0],
  // each connection has a child, or a thread, of its own
  stdio: [['many clients', 'reconnect'], 20],
  fork: [['many clients', 'reconnect'], 20],
  'message ports into a worker thread': [['stop'], 2],
  'worker_threads by spawn': [['many clients', 'reconnect', 'kill', 'stop'], 24],
  'worker_threads by workerPipe': [['many clients', 'reconnect', 'stop'], 22],
}

test('each transport lacks what the table says, and nothing else', t => {
  t.deepEqual(
    Object.fromEntries(
      subjects.map(subject => [
        subject.name,
        [all.filter(capability => !subject.can.has(capability)), casesFor(subject, conformanceCases).leftOut.length],
      ]),
    ),
    lacking,
  )
})

test('each capability is needed by a case, and each case has a name of its own', t => {
  t.deepEqual([...new Set(conformanceCases.flatMap(({ needs }) => needs))].sort(), [...all].sort())
  const names = conformanceCases.map(({ group, name }) => `${group}: ${name}`)
  t.is(new Set(names).size, names.length)
  t.is(new Set(byteCases.map(({ name }) => name)).size, byteCases.length)
})

test('the list has the groups that a transport is measured by', t => {
  t.deepEqual(
    [...new Set(conformanceCases.map(({ group }) => group))],
    [
      'calls',
      'streams',
      'cancel',
      'deadlines',
      'big messages',
      'backpressure',
      'chunking',
      'many clients',
      'peer death',
      'close',
      'reconnect',
    ],
  )
})

import { Worker } from 'node:worker_threads'
import test from 'ava'
import { allowed } from '../../helpers/allowed.js'
import { compiledProgram } from '../../helpers/script-args.js'
import type { Exited } from '../../../src/transport/node/exited.js'
import { workerPipe } from '../../../src/transport/node/worker-pipe.js'
import { bytes, joined, letGo, record, sameBytes, until, within } from '../conformance/rig.js'
import { fixture } from './fixtures/run-fixture.js'

test.after.always(letGo)

const start = (manner: string): Worker =>
  new Worker(compiledProgram(fixture('child')), { argv: [manner], stderr: true })

const failure = async (notes: { readonly ended: Promise<unknown> }): Promise<{ why: string; cause?: Exited }> =>
  ((await within(notes.ended, 'the end')) as { error: { why: string; cause?: Exited } }).error

test('reaches a worker of one’s own making, one message for each write', async t => {
  const worker = start('echo')
  let messages = 0
  worker.on('message', () => {
    messages += 1
  })
  const notes = record(workerPipe(worker))
  const pipe = notes.values[0]!
  t.is(pipe.end, 'dialled')
  t.is(pipe.secret, undefined)
  const heard = record(pipe.incoming)
  const sent = [bytes(10, 1), bytes(100_000, 2), bytes(5_000, 3)]
  for (const chunk of sent) pipe.outgoing.next(chunk)
  await until(() => (joined(heard.values).length === 105_010 ? true : undefined), 'the echo')
  sameBytes(joined(heard.values), joined(sent), 'the echo')
  t.is(messages, 4, 'one says that it is ready')
  notes.unsubscribe()
  await worker.terminate()
})

test('fails when the worker is terminated', async t => {
  const worker = start('echo')
  const notes = record(workerPipe(worker))
  const pipe = notes.values[0]!
  const heard = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(1))
  await until(() => heard.values[0], 'the echo')
  const begun = Date.now()
  await worker.terminate()
  t.is((await failure(heard)).why, 'exited')
  t.is((await failure(notes)).why, 'exited')
  t.true(Date.now() - begun < allowed(1_000))
})

test('tells what the worker threw', async t => {
  const worker = start('throws at the first bytes')
  const notes = record(workerPipe(worker))
  const heard = record(notes.values[0]!.incoming)
  notes.values[0]!.outgoing.next(Uint8Array.of(1))
  const error = await failure(heard)
  t.is(error.why, 'exited')
  t.regex(error.cause?.stderr ?? '', /thrown on purpose/)
})

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { lives } from 'sluice/testing/node'
import { allowed } from '../../helpers/allowed.js'
import { compiledProgram } from '../../helpers/script-args.js'
import type { Pipe } from '../../../src/pipe/pipe.js'
import type { Exited } from '../../../src/transport/node/exited.js'
import type { SpawnOptions } from '../../../src/transport/node/spawn-options.js'
import { spawn } from '../../../src/transport/node/spawn.js'
import { bytes, joined, letGo, record, sameBytes, until, within } from '../conformance/rig.js'
import { fixture, fixtureArgs, runFixture } from './fixtures/run-fixture.js'

test.after.always(letGo)

const place = mkdtempSync(join(tmpdir(), 'via-spec-'))
test.after.always(() => rmSync(place, { recursive: true, force: true }))

const workerFixture = pathToFileURL(compiledProgram(fixture('child')))

const roads: Readonly<Record<string, SpawnOptions>> = {
  'own descriptors': { via: 'stdio' },
  'standard input and output': { via: 'stdio', descriptors: 'standard' },
  'the fork channel': { via: 'fork' },
  'a worker': { via: 'worker' },
}

const child = (road: SpawnOptions, manner: string, options: SpawnOptions = {}) =>
  road.via === 'worker'
    ? spawn(workerFixture, { stderr: 'ignore', ...road, ...options, args: [manner] })
    : spawn(process.execPath, { stderr: 'ignore', ...road, ...options, args: fixtureArgs('child', manner) })

const connected = async (notes: ReturnType<typeof record<Pipe>>): Promise<Pipe> =>
  until(() => {
    const end = notes.end()
    if (end && 'error' in end) throw end.error
    return notes.values[0]
  }, 'the child')

const text = (chunks: readonly Uint8Array[]): string => new TextDecoder().decode(joined(chunks))

interface Failed {
  readonly why: string
  readonly message: string
  readonly cause?: Exited
}
const failure = async (notes: { readonly ended: Promise<unknown> }): Promise<Failed> =>
  ((await within(notes.ended, 'the end')) as { error: Failed }).error

const gone = (pid: number) => until(() => (lives(pid) ? undefined : true), `the end of ${pid}`)

for (const [name, road] of Object.entries(roads)) {
  const isWorker = road.via === 'worker'

  test.serial(`by ${name}: carries 4 MiB there and back, with a secret`, async t => {
    const notes = record(child(road, 'echo'))
    const pipe = await connected(notes)
    t.is(pipe.end, 'dialled')
    t.is(pipe.secret?.length, 32)
    const heard = record(pipe.incoming)
    const sent = Array.from({ length: 64 }, (_, i) => bytes(65_536, i))
    for (const chunk of sent) pipe.outgoing.next(chunk)
    let length = 0
    await until(() => {
      length = heard.values.reduce((sum, chunk) => sum + chunk.length, 0)
      return length === 64 * 65_536 ? true : undefined
    }, 'the echo')
    sameBytes(joined(heard.values), joined(sent), 'the echo')
    notes.unsubscribe()
  })

  test.serial(`by ${name}: ends a busy child when unsubscribed`, async t => {
    const notes = record(child(road, 'says its pid and stays busy'))
    const pipe = await connected(notes)
    const heard = record(pipe.incoming)
    const pid = Number(await until(() => (heard.values.length > 0 ? text(heard.values) : undefined), 'its pid'))
    notes.unsubscribe()
    t.is(pid === process.pid, isWorker)
    if (!isWorker) await gone(pid)
  })

  test.serial(`by ${name}: fails when the child ends before it connects`, async t => {
    const error = await failure(record(child(road, 'fails before it connects')))
    t.is(error.why, 'exited', error.message)
    t.is(error.cause?.code, 3)
  })

  test.serial(`by ${name}: fails when the child does not connect in time`, async t => {
    const error = await failure(record(child(road, 'never connects', { connectWithin: 700 })))
    t.is(error.why, 'refused')
    t.regex(error.message, /did not connect within 700 ms/)
  })

  test.serial(`by ${name}: fails with the exit of a child that ends during the conversation`, async t => {
    const notes = record(child(road, 'crashes at the first bytes'))
    const pipe = await connected(notes)
    const heard = record(pipe.incoming)
    await until(() => heard.values[0], 'its greeting')
    const begun = Date.now()
    pipe.outgoing.next(Uint8Array.of(1))
    t.is((await failure(heard)).cause?.code, 5)
    t.true(Date.now() - begun < allowed(1_000))
    t.regex(text(heard.values), /^hello/)
    t.is((await failure(notes)).cause?.code, 5)
  })

  test.serial(`by ${name}: tells what the child threw`, async t => {
    const notes = record(child(road, 'throws at the first bytes'))
    const pipe = await connected(notes)
    const heard = record(pipe.incoming)
    pipe.outgoing.next(Uint8Array.of(1))
    const error = await failure(heard)
    t.is(error.why, 'exited')
    t.regex(error.message, /thrown on purpose/)
    t.is((await failure(notes)).why, 'exited')
  })

  test.serial(`by ${name}: completes when both ends have ended and the child is gone`, async t => {
    const notes = record(child(road, 'ends in order'))
    const pipe = await connected(notes)
    const heard = record(pipe.incoming)
    t.deepEqual(await within(heard.ended, 'the reader'), { complete: true })
    t.is(text(heard.values), 'that is all')
    pipe.outgoing.complete()
    t.deepEqual(await within(notes.ended, 'the dialler'), { complete: true })
  })

  test.serial(`by ${name}: fails with exactly the error that aborted the pipe`, async t => {
    const notes = record(child(road, 'says its pid and stays busy'))
    const pipe = await connected(notes)
    const why = new Error('enough')
    pipe.outgoing.error(why)
    t.is<unknown, unknown>(await failure(notes), why)
  })

  if (!isWorker) {
    test.serial(`by ${name}: fails with the signal that killed the child`, async t => {
      const notes = record(child(road, 'kills itself at the first bytes'))
      const pipe = await connected(notes)
      const heard = record(pipe.incoming)
      pipe.outgoing.next(Uint8Array.of(1))
      t.is((await failure(heard)).cause?.signal, 'SIGKILL')
      t.is((await failure(notes)).cause?.signal, 'SIGKILL')
    })

    test.serial(`by ${name}: fails when the child cannot be started`, async t => {
      t.is((await failure(record(spawn('/no/such/kitchen', road)))).why, 'refused')
    })

    test.serial(`by ${name}: ends with a parent that is killed`, async t => {
      const env = { XDG_RUNTIME_DIR: place, SPAWN_OPTIONS: JSON.stringify(road) }
      const parent = runFixture('parent', ['stay', 'says its pid and stays busy'], env)
      const pid = Number(await parent.firstLine)
      t.true(lives(pid))
      parent.child.kill('SIGKILL')
      await parent.exited
      await gone(pid)
      t.deepEqual(readdirSync(place), [])
    })
  }
}

test.serial('reports what a child prints beside a pipe on its standard output, and goes on', async t => {
  let stray = ''
  const options: SpawnOptions = { stray: words => (stray += words) }
  const notes = record(child(roads['standard input and output']!, 'talks beside the pipe', options))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  const sent = bytes(300_000, 7)
  for (let at = 0; at < sent.length; at += 50_000) pipe.outgoing.next(sent.subarray(at, at + 50_000))
  await until(() => (joined(heard.values).length === sent.length ? true : undefined), 'the echo')
  sameBytes(joined(heard.values), sent, 'the echo')
  t.regex(stray, /^before\nbeside\n(and beside(beside\n)?)+/)
  notes.unsubscribe()
})

test('refuses what a worker cannot have', async t => {
  const error = await failure(record(spawn(workerFixture, { via: 'worker', cwd: '/' })))
  t.is(error.why, 'misused')
})

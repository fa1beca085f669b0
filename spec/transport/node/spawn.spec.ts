import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { retry } from 'rxjs'
import { lives } from 'sluice/testing/node'
import { allowed } from '../../helpers/allowed.js'
import type { Pipe } from '../../../src/pipe/pipe.js'
import type { Exited } from '../../../src/transport/node/exited.js'
import type { SpawnOptions } from '../../../src/transport/node/spawn-options.js'
import { spawn } from '../../../src/transport/node/spawn.js'
import { joined, letGo, record, until, within } from '../conformance/rig.js'
import { fixtureArgs } from './fixtures/run-fixture.js'

test.after.always(letGo)

// a directory of this spec's own, so that what is left in it is this spec's
const place = mkdtempSync(join(tmpdir(), 'spawn-spec-'))
process.env.XDG_RUNTIME_DIR = place
test.after.always(() => rmSync(place, { recursive: true, force: true }))

const child = (manner: string, options: SpawnOptions = {}, ...args: string[]) =>
  spawn(process.execPath, { stderr: 'ignore', ...options, args: fixtureArgs('child', manner, ...args) })

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

const sockets = (): string[] => readdirSync(place).filter(name => name.startsWith('sluice-'))

test.serial('emits the pipe once the child has connected, and leaves no file from then on', async t => {
  const notes = record(child('echo'))
  const pipe = await connected(notes)
  t.is(pipe.end, 'dialled')
  t.is(pipe.secret?.length, 32)
  t.deepEqual(sockets(), [])
  const heard = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(1, 2, 3))
  await until(() => (joined(heard.values).length === 3 ? true : undefined), 'the echo')
  notes.unsubscribe()
})

test.serial('ends the child when unsubscribed, one that timers keep busy too', async t => {
  const notes = record(child('says its pid and stays busy'))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  const pid = Number(await until(() => (heard.values.length > 0 ? text(heard.values) : undefined), 'its pid'))
  t.true(lives(pid))
  notes.unsubscribe()
  await gone(pid)
})

test.serial('lets a child finish its clean-up', async t => {
  const file = join(place, 'clean-up')
  const notes = record(child('cleans up for 100 ms', {}, file))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  await until(() => heard.values[0], 'its greeting')
  notes.unsubscribe()
  await until(() => (existsSync(file) && readFileSync(file, 'utf8') !== '' ? true : undefined), 'the clean-up')
  t.is(readFileSync(file, 'utf8'), 'clean')
})

test.serial('ends a stubborn child: asks by SIGTERM after the grace time, kills after another', async t => {
  const file = join(place, 'stubborn')
  const notes = record(child('is stubborn', { grace: 300 }, file))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  const pid = Number(await until(() => (heard.values.length > 0 ? text(heard.values) : undefined), 'its pid'))
  const begun = Date.now()
  notes.unsubscribe()
  await until(() => (existsSync(file) ? true : undefined), 'SIGTERM')
  t.true(Date.now() - begun >= 290)
  t.true(lives(pid))
  await gone(pid)
  t.true(Date.now() - begun >= 590)
})

test.serial('fails when the child ends before it connects, with its code and its last words', async t => {
  const error = await failure(record(child('fails before it connects')))
  t.is(error.why, 'exited')
  t.regex(error.message, /ended with code 3 before it connected; its last words:\nno bread/)
  t.is(error.cause?.code, 3)
  t.is(error.cause?.signal, null)
  t.is(error.cause?.stderr, 'no bread')
})

test.serial('fails when the child ends before it connects with code 0', async t => {
  const error = await failure(record(child('ends before it connects')))
  t.is(error.why, 'exited')
  t.regex(error.message, /ended with code 0 before it connected; it said nothing on stderr/)
})

test.serial('fails when the child cannot be started', async t => {
  const error = await failure(record(spawn('/no/such/kitchen')))
  t.is(error.why, 'refused')
  t.regex(error.message, /could not start \/no\/such\/kitchen \(.*ENOENT.*\): see that it is there/)
})

test.serial('fails when the working directory is not there, or an argument is none', async t => {
  t.is((await failure(record(child('echo', { cwd: '/no/such/place' })))).why, 'refused')
  t.truthy(await failure(record(spawn(process.execPath, { args: ['a\0b'] }))))
})

test.serial('fails when the child does not connect in time, and ends it', async t => {
  const begun = Date.now()
  const error = await failure(record(child('never connects', { connectWithin: 700 })))
  t.is(error.why, 'refused')
  t.regex(error.message, /did not connect within 700 ms: call fromParent\(\) in it/)
  t.true(Date.now() - begun < allowed(2_500))
})

test.serial('ends a child that has not connected when unsubscribed', async t => {
  if (process.platform !== 'linux') {
    t.pass('reads /proc')
    return
  }
  const notes = record(child('never connects', { env: { MARK: 'unsubscribed-early' } }))
  const pid = await until(() => findByMark('unsubscribed-early'), 'the child')
  notes.unsubscribe()
  await gone(pid)
  t.pass()
})

test.serial('fails with the exit of a child that ends during the conversation, after all that it said', async t => {
  const notes = record(child('crashes at the first bytes'))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  await until(() => heard.values[0], 'its greeting')
  const begun = Date.now()
  pipe.outgoing.next(Uint8Array.of(1))
  const read = await failure(heard)
  t.true(Date.now() - begun < allowed(1_000))
  t.is(text(heard.values), 'hello, and goodbye')
  t.is(read.why, 'exited')
  t.is(read.cause?.code, 5)
  t.regex(read.message, /ended with code 5 during the conversation; its last words:\nout of bread/)
  t.is((await failure(notes)).cause?.code, 5)
})

test.serial('fails with the signal that killed the child', async t => {
  const notes = record(child('kills itself at the first bytes'))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  pipe.outgoing.next(Uint8Array.of(1))
  t.is((await failure(heard)).cause?.signal, 'SIGKILL')
  t.is((await failure(notes)).cause?.signal, 'SIGKILL')
})

test.serial('fails within two seconds when the child dies and nobody reads', async t => {
  const notes = record(child('kills itself at the first bytes'))
  const pipe = await connected(notes)
  pipe.outgoing.next(Uint8Array.of(1))
  const begun = Date.now()
  t.is((await failure(notes)).why, 'exited')
  t.true(Date.now() - begun < allowed(2_000))
})

test.serial('keeps what a child said before it ended for a reader that comes later', async t => {
  const notes = record(child('says much and exits with 0'))
  const pipe = await connected(notes)
  await new Promise(resolve => setTimeout(resolve, 300))
  const heard = record(pipe.incoming)
  t.deepEqual(await within(heard.ended, 'the reader'), { complete: true })
  t.is(joined(heard.values).length, 150_000)
  t.deepEqual(await within(notes.ended, 'the dialler'), { complete: true })
})

test.serial('completes when both ends have ended and the child is gone', async t => {
  const notes = record(child('ends in order'))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  t.deepEqual(await within(heard.ended, 'the reader'), { complete: true })
  t.is(text(heard.values), 'that is all')
  t.is(notes.end(), undefined)
  pipe.outgoing.complete()
  t.deepEqual(await within(notes.ended, 'the dialler'), { complete: true })
})

test.serial('fails with exactly the error that aborted the pipe, once the child is gone', async t => {
  const notes = record(child('says its pid and stays busy'))
  const pipe = await connected(notes)
  const heard = record(pipe.incoming)
  const pid = Number(await until(() => (heard.values.length > 0 ? text(heard.values) : undefined), 'its pid'))
  const why = new Error('enough')
  pipe.outgoing.error(why)
  t.is<unknown, unknown>(await failure(notes), why)
  t.false(lives(pid))
})

test.serial('starts a new child with each subscription, and never two at a time', async t => {
  const pids: number[] = []
  const notes = record(child('says its pid and stays busy').pipe(retry(2)), pipe => {
    t.true(pids.every(pid => !lives(pid)))
    pipe.incoming.subscribe({
      next: bytes => {
        const pid = Number(text([bytes]))
        pids.push(pid)
        if (pids.length < 3) process.kill(pid, 'SIGKILL')
      },
      error: () => undefined,
    })
  })
  await until(() => (pids.length === 3 ? true : undefined), 'three children')
  t.is(new Set(pids).size, 3)
  t.is(notes.values.length, 3)
  notes.unsubscribe()
  await gone(pids[2]!)
})

test.serial('hands the key by environment, to the child and not to the children of the child', async t => {
  const notes = record(child('tells what its own children inherit'))
  const heard = record((await connected(notes)).incoming)
  await until(() => heard.values[0], 'its words')
  t.is(text(heard.values), 'undefined undefined 3')
  notes.unsubscribe()
})

test.serial('hands the key by argument when asked to, with an environment and a directory of its own', async t => {
  const options: SpawnOptions = { key: 'argument', env: { EXTRA: 'salt' }, cwd: process.cwd() }
  const notes = record(child('takes its key by argument', options))
  const heard = record((await connected(notes)).incoming)
  await until(() => heard.values[0], 'its words')
  t.is(text(heard.values), `undefined salt ${process.cwd()}`)
  notes.unsubscribe()
})

test.after('leaves no socket behind', t => {
  t.deepEqual(sockets(), [])
})

/** The pid of the process with `MARK=mark` in its environment; Linux. */
const findByMark = (mark: string): number | undefined =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .find(pid => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MARK=${mark}\0`)
      } catch {
        return false
      }
    })

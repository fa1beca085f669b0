import { concatMap, defer, delay, map, of, range, tap, throwError, toArray } from 'rxjs'
import { linear } from '../../pipe/backoff.js'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Pipe, Transport } from '../../pipe/pipe.js'
import { reconnect } from '../../pipe/reconnect.js'
import { cutAt } from '../faults/cut-at.js'
import { check, same } from './check.js'
import { group, type FarProgram } from './conformance-case.js'
import { allOf, freshKey, oneOf, untilDone, withFresh, withSpare, type NearOptions, type Talk } from './connect.js'
import { openCalls, allFail } from './open-calls.js'
import { record } from './record.js'
import { inOrder, numbered, producing } from './stream-cases.js'
import { pause, within } from './waiting.js'

/** A transport that can be cut and barred. */
interface Breakable {
  readonly dial: Transport
  /** Breaks the pipe of the moment. */
  readonly cut: () => void
  /** While it is barred, nobody gets through. */
  readonly bar: (barred: boolean) => void
}

const breakable = (dial: Transport): Breakable => {
  let current: Pipe | undefined
  let barred = false
  return {
    dial: defer(() => (barred ? throwError(() => new PipeError('refused', 'the way is barred: wait')) : dial)).pipe(
      tap(pipe => (current = pipe)),
    ),
    cut: () => current?.outgoing.error(new PipeError('reset', 'the pipe was cut: dial again')),
    bar: so => (barred = so),
  }
}

/** A connection that dials again every 20 ms. */
const withBreakable = (
  { dial }: Pick<FarProgram, 'dial'>,
  body: (talk: Talk, wire: Breakable) => Promise<void>,
  options?: NearOptions,
): Promise<void> => {
  const wire = breakable(dial)
  return withFresh({ dial: wire.dial.pipe(reconnect(linear({ every: 20 }))) }, talk => body(talk, wire), options)
}

/** Cuts as often as that, each time once the far end is heard again. */
const cutting = async (times: number, { remote }: Talk, { cut }: Breakable): Promise<void> => {
  for (let i = 0; i < times; i += 1) {
    await oneOf(remote.say('still there?', { timeout: 25_000 }), 'a call between two cuts')
    await pause(i * 3)
    cut()
  }
}

/** Sessions outlive their pipes. */
export const reconnectCases = group('reconnect', [
  [
    'a stream goes on over every cut: nothing lost, nothing twice, in order',
    subject =>
      withBreakable(subject, async (talk, wire) => {
        const timed = allOf(talk.remote.produce(producing(400, { source: 'timed' })), 'a timed stream')
        const quick = allOf(talk.remote.produce(producing(30_000, { bytes: 20 })), 'a quick stream')
        await cutting(6, talk, wire)
        inOrder(await timed, 400, 'a timed stream')
        inOrder(await quick, 30_000, 'a quick stream')
      }),
    ['reconnect'],
  ],
  [
    'uploads, channels and large messages go on over every cut',
    subject =>
      withBreakable(subject, async (talk, wire) => {
        const slow$ = range(0, 150).pipe(concatMap(n => of({ n, filler: new Uint8Array(300) }).pipe(delay(1))))
        const upload = oneOf(talk.remote.collect(slow$), 'an upload')
        const channel = allOf(talk.remote.converse(numbered(8_000)), 'a channel')
        const large = oneOf(talk.remote.size(1_800_000, { timeout: 25_000 }), 'a large message')
        await cutting(5, talk, wire)
        const { items, inOrder: ordered } = await upload
        same(`${items} ${ordered}`, '150 true', 'an upload')
        inOrder(await channel, 8_000, 'a channel')
        same((await large).length, 1_800_000, 'a large message')
      }),
    ['reconnect'],
  ],
  [
    'a pipe that is cut in the midst of a frame goes on with that frame',
    async ({ dial }) => {
      for (const byte of [400, 777, 1_500, 4_001, 20_000]) {
        let pipes = 0
        const once = dial.pipe(map(pipe => (pipes++ === 0 ? cutAt({ byte })(pipe) : pipe)))
        await withFresh({ dial: once.pipe(reconnect(linear({ every: 20 }))) }, async ({ remote }) => {
          inOrder(await allOf(remote.produce(producing(600, { bytes: 40 })), `cut at ${byte}`), 600, `cut at ${byte}`)
          same(pipes, 2, 'pipes')
        })
      }
    },
    ['reconnect'],
  ],
  [
    'a request that is open while the pipe breaks is made once, and answered once',
    subject =>
      withBreakable(subject, async (talk, wire) => {
        const task = { key: freshKey(), how: 'later', ms: 150 } as const
        const answer = oneOf(talk.remote.ask(task).pipe(toArray()), 'the answer')
        await cutting(2, talk, wire)
        same((await answer).join(), task.key, 'the answers')
        same((await oneOf(talk.remote.doings(task.key), 'doings')).begun, 1, 'times it was begun')
      }),
    ['reconnect'],
  ],
  [
    'events are neither lost nor doubled, and calls made without a pipe wait for one',
    subject =>
      withBreakable(subject, async (talk, { cut, bar }) => {
        const key = freshKey()
        const note = (n: number) => void talk.remote.note({ key, text: String(n) }).subscribe()
        for (let n = 0; n < 100; n += 1) note(n)
        bar(true)
        cut()
        for (let n = 100; n < 200; n += 1) note(n)
        const waiting = oneOf(talk.remote.say('waited', { timeout: 25_000 }), 'a call made without a pipe')
        await pause(60)
        bar(false)
        same(await waiting, 'waited', 'a call made without a pipe')
        const { notes } = await oneOf(talk.remote.doings(key), 'doings')
        same(notes.join(), Array.from({ length: 200 }, (_, n) => n).join(), 'the events')
      }),
    ['reconnect'],
  ],
  [
    'a call that is given up while there is no pipe is cancelled once there is one',
    subject =>
      withBreakable(subject, async (talk, { cut, bar }) => {
        const { key, calls } = await openCalls(talk)
        bar(true)
        cut()
        await pause(30)
        for (const notes of calls.values()) notes.unsubscribe()
        bar(false)
        const { begun, cancelled } = await untilDone(talk, key, ({ over }) => over === 5, 'the end of the work')
        same(cancelled, begun, 'calls cancelled')
      }),
    ['reconnect'],
  ],
  [
    'the status tells of the break and of the return',
    subject =>
      withBreakable(subject, async ({ remote, statuses }, { cut }) => {
        cut()
        same(await oneOf(remote.say('on', { timeout: 25_000 }), 'the next call'), 'on', 'the next call')
        const tags = statuses.map(({ _tag }) => _tag)
        check(tags.includes('Reconnecting'), `no status said that it was reconnecting: ${tags.join()}`)
        same(tags.at(-1), 'Connected', 'the last status')
      }),
    ['reconnect'],
  ],
  [
    'past its window a session is lost: open calls say so, idempotent ones are made again, new ones go through',
    subject =>
      withBreakable(
        subject,
        async (talk, { cut, bar }) => {
          const calls = await openCalls(talk)
          const again = { key: freshKey(), how: 'later', ms: 250 } as const
          const idempotent = oneOf(talk.remote.askAgain(again, { timeout: 25_000 }), 'the idempotent call')
          await untilDone(talk, again.key, ({ begun }) => begun === 1, 'its begin')
          bar(true)
          cut()
          await allFail(calls, ['SessionLost'])
          bar(false)
          same(await idempotent, again.key, 'the idempotent call')
          same(await oneOf(talk.remote.say('on'), 'the next call'), 'on', 'the next call')
        },
        { resume: { windowMs: 120 } },
      ),
    ['reconnect'],
  ],
  [
    'when the far program has started anew, the same peer goes on with a new session',
    subject =>
      withSpare(subject, program =>
        withBreakable(program, async talk => {
          const calls = await openCalls(talk)
          const idempotent = record(talk.remote.askAgain({ key: 'again', how: 'later', ms: 300 }, { timeout: 25_000 }))
          const name = await oneOf(talk.remote.name(), 'its name')
          talk.remote.exit(1).subscribe({ error: () => undefined })
          await allFail(calls, ['SessionLost'])
          check('complete' in (await within(idempotent.ended, 'the idempotent call')), 'it was not made again')
          const next = await oneOf(talk.remote.name(undefined, { timeout: 25_000 }), 'the next name')
          check(next !== name, `it is ${name} still`)
        }),
      ),
    ['exit', 'restart'],
  ],
])

import { filter, map, type Observable, Subject, tap } from 'rxjs'
import type { Layer, Pipe } from '../../pipe/pipe.js'
import { atMost, same } from './check.js'
import { type FarProgram, group } from './conformance-case.js'
import {
  allOf,
  connect,
  errorOf,
  failsWith,
  oneOf,
  untilDone,
  withFar,
  withFresh,
  withSpare,
  type Talk,
} from './connect.js'
import { allFail, openCalls } from './open-calls.js'
import { producing } from './stream-cases.js'
import { pause, within } from './waiting.js'

const watching = { heartbeat: { everyMs: 150, tolerance: 4 }, resume: false } as const

/** Calls are open when the far end dies by some verb; all end, and so does every one that is made afterwards. */
const dying = (
  { dial }: Pick<FarProgram, 'dial'>,
  die: (talk: Talk, name: string) => void,
  reportWithin?: number,
): Promise<void> =>
  withFresh(
    { dial },
    async talk => {
      const name = await oneOf(talk.remote.name(), 'its name')
      const calls = await openCalls(talk)
      die(talk, name)
      const ms = await allFail(calls, ['Disconnected'])
      if (reportWithin !== undefined) atMost(ms, reportWithin, 'milliseconds until all had ended')
      await within(talk.ended, 'the end of the connection')
      await failsWith(talk.remote.say('afterwards'), 'Disconnected', 'a call made afterwards')
      await errorOf(talk.far.flush(), 'a flush afterwards')
    },
    reportWithin === undefined ? watching : { heartbeat: false, resume: false },
  )

/** From a moment on nothing comes through, either way, and nobody is told. */
const deafFrom =
  (moment$: Observable<unknown>): Layer<Uint8Array, Uint8Array> =>
  pipe => {
    let silent = false
    moment$.subscribe({ next: () => (silent = true), error: () => undefined })
    const outgoing = new Subject<Uint8Array>()
    outgoing.pipe(filter(() => !silent)).subscribe(pipe.outgoing)
    return { ...pipe, outgoing, incoming: pipe.incoming.pipe(filter(() => !silent)) }
  }

/** Nothing hangs: whatever becomes of an end, the other's calls end. */
export const deathCases = group('peer death', [
  [
    'every open call fails when the far program ends by itself',
    subject =>
      withSpare(subject, program =>
        dying(program, ({ remote }) => void remote.exit(3).subscribe({ error: () => undefined })),
      ),
    ['exit'],
  ],
  [
    'every open call fails when the far program is killed',
    subject => withSpare(subject, program => dying(program, (_, name) => program.kill?.(name))),
    ['kill'],
  ],
  [
    'a death that the platform reports is noticed without a heartbeat, within a second or so',
    subject => withSpare(subject, program => dying(program, (_, name) => program.kill?.(name), 2_500)),
    ['kill', 'reports death'],
  ],
  [
    'every open call fails when nothing comes through any more',
    subject => {
      const silence$ = new Subject<void>()
      return dying({ dial: subject.dial.pipe(map(deafFrom(silence$))) }, () => silence$.next())
    },
  ],
  [
    'a far end that stood still for less than is tolerated is not given up',
    subject =>
      withSpare(subject, async program =>
        withFresh(
          program,
          async talk => {
            const name = await oneOf(talk.remote.name(), 'its name')
            const stream = allOf(talk.remote.produce(producing(400, { source: 'timed' })), 'the stream')
            program.stop?.(name)
            await pause(400)
            program.continue?.(name)
            same((await stream).length, 400, 'items')
            same(await oneOf(talk.remote.say('on'), 'the next call'), 'on', 'the next call')
          },
          { heartbeat: { everyMs: 400, tolerance: 5 }, resume: false },
        ),
      ),
    ['stop'],
  ],
  [
    'a far end that stands still for longer is given up, and takes new connections when it goes on',
    subject =>
      withSpare(subject, async program => {
        const talk = await connect(program.dial, watching)
        let name = ''
        try {
          name = await oneOf(talk.remote.name(), 'its name')
          const calls = await openCalls(talk)
          program.stop?.(name)
          await allFail(calls, ['Disconnected'])
        } finally {
          program.continue?.(name)
          talk.hangUp()
        }
        await withFresh(program, async ({ remote }) => {
          same(await oneOf(remote.say('on'), 'a call'), 'on', 'a call')
        })
      }),
    ['stop'],
  ],
  [
    'an end whose own event loop was blocked does not take the other for dead',
    subject =>
      withFresh(
        subject,
        async ({ remote }) => {
          const stream = allOf(remote.produce(producing(200, { source: 'timed' })), 'the stream')
          await pause(60)
          const until = Date.now() + 700
          while (Date.now() < until);
          same((await stream).length, 200, 'items')
        },
        { heartbeat: { everyMs: 120, tolerance: 3 }, resume: false },
      ),
  ],
  [
    'the far end lets go of the calls of an end that broke off',
    subject =>
      withFar(subject, async watcher => {
        const pipes: Pipe[] = []
        const dial = subject.dial.pipe(tap(pipe => void pipes.push(pipe)))
        await withFresh(
          { dial },
          async talk => {
            const { key } = await openCalls(talk)
            pipes[0]?.outgoing.error(new Error('broken off'))
            await within(talk.ended, 'the end of this connection')
            const { begun, cancelled } = await untilDone(watcher, key, ({ over }) => over === 5, 'the end of the work')
            same(cancelled, begun, 'calls cancelled')
          },
          { resume: false },
        )
      }),
    ['many clients'],
  ],
])

import { asyncScheduler, Observable, type SchedulerLike, type Subscriber } from 'rxjs'
import type { Pipe, Transport } from '../../pipe/pipe.js'
import { memoryPair } from '../../transport/memory-pipes.js'
import { PayloadCoders } from './payload-coders.js'
import { readRecording } from './recording-file.js'
import { otherEnd, RecordingError, type PipeEnd, type Recording } from './recording.js'
import { ReplayRun } from './replay-run.js'
import type { ReplaySetup } from './replay-setup.js'
import { scriptsOf, type ReplayScript } from './replay-script.js'

/** How a recording is replayed. */
export interface ReplayOptions {
  /** Which end is played; default the far end of the one that was recorded. The other is yours. */
  readonly plays?: PipeEnd
  /**
   * `recorded` (the default): at the recorded times; in a call that the end under test is later or earlier with, as much later
   * or earlier. `fast`: as soon as that end has said what it said before; not for one that does things by its own clock.
   */
  readonly pace?: 'recorded' | 'fast'
  /** How much later than recorded the end under test may say what it is to say, in milliseconds; default 5,000. */
  readonly patience?: number
  /** The key's secret for the proof, where one is to be given; by default there is none, whatever was recorded. */
  readonly secret?: Uint8Array
  /** For the nonce; by default always the same bytes, since no secret hangs on them. */
  readonly random?: (size: number) => Uint8Array
  /** Clock of the recorded times; default `asyncScheduler`, which is virtual within {@link marbles}. */
  readonly scheduler?: SchedulerLike
}

/** Not random: it keeps two ends of a test apart, and nothing else. */
const counting = () => {
  let next = 0
  return (size: number): Uint8Array => Uint8Array.from({ length: size }, () => next++ & 0xff)
}

/** Pipes between a played end and the one under test. */
const pairOf = (plays: PipeEnd, secret: Uint8Array | undefined) => {
  const { dialled, accepted, ended$ } = memoryPair()
  const own = (pipe: Pipe): Pipe => (secret === undefined ? pipe : { ...pipe, secret })
  const [played, tested] = plays === 'dialled' ? [dialled, accepted] : [accepted, dialled]
  return { played: own(played), tested: own(tested), ended$ }
}

/** Told of each session, how it went. */
export interface ReplayWatch {
  /** All sessions were played. */
  done(): void
  failed(error: Error): void
}

/** Where a run tells how it went: the subscriber of the moment. */
interface Playing {
  readonly run: ReplayRun
  subscriber: Pick<Subscriber<Pipe>, 'error'>
}

/** The end under test dials: each time it is given the next pipe of the recording. */
const dialler = (
  scripts: readonly ReplayScript[],
  setup: ReplaySetup,
  secret: Uint8Array | undefined,
  watch: ReplayWatch,
): Transport => {
  const playing = new Map<ReplayScript, Playing>()
  const order = scripts.flatMap(script => script.pipes.map(({ place }) => ({ place, script })))
  order.sort((a, b) => a.place - b.place)
  let dialled = 0
  let left = scripts.length
  const playingOf = (script: ReplayScript, subscriber: Playing['subscriber']): Playing => {
    const known = playing.get(script)
    if (known !== undefined) {
      known.subscriber = subscriber
      return known
    }
    const run = new ReplayRun(script, setup, {
      dialAgain: () => undefined,
      done: () => {
        if (--left === 0) watch.done()
      },
      failed: error => {
        watch.failed(error)
        made.subscriber.error(error)
      },
    })
    const made: Playing = { run, subscriber }
    playing.set(script, made)
    return made
  }
  return new Observable(subscriber => {
    const script = order[dialled++]?.script
    if (script === undefined) {
      subscriber.error(new RecordingError(`the recording has ${order.length} pipes, and this end dials one more`))
      return
    }
    const { run } = playingOf(script, subscriber)
    const { played, tested, ended$ } = pairOf(setup.plays, secret)
    subscriber.add(
      ended$.subscribe({ error: (error: unknown) => subscriber.error(error), complete: () => subscriber.complete() }),
    )
    run.attach(played)
    subscriber.next(tested)
    return () => tested.outgoing.complete()
  })
}

/** The end under test listens: it is given a pipe whenever one was accepted. */
const listener = (
  scripts: readonly ReplayScript[],
  setup: ReplaySetup,
  secret: Uint8Array | undefined,
  watch: ReplayWatch,
): Transport =>
  new Observable(subscriber => {
    let left = scripts.length
    const begin = (script: ReplayScript) => {
      const run = new ReplayRun(script, setup, {
        dialAgain: () => dial(),
        done: () => {
          if (--left > 0) return
          watch.done()
          subscriber.complete()
        },
        failed: error => {
          watch.failed(error)
          subscriber.error(error)
        },
      })
      const dial = () => {
        const { played, tested } = pairOf(setup.plays, secret)
        run.attach(played)
        subscriber.next(tested)
      }
      subscriber.add(() => run.close())
      dial()
    }
    const [first] = scripts
    for (const script of scripts) {
      const ms = setup.pace === 'fast' ? 0 : script.at - (first?.at ?? 0)
      subscriber.add(
        setup.scheduler.schedule(() => {
          try {
            begin(script)
          } catch (error) {
            subscriber.error(error)
          }
        }, ms),
      )
    }
  })

/** What {@link replay} does, and tells of it. */
export const watchedReplay = (
  recording: Uint8Array | Recording,
  options: ReplayOptions,
  watch: ReplayWatch,
): Transport => {
  const read = recording instanceof Uint8Array ? readRecording(recording) : recording
  const [first] = read.pipes
  if (first === undefined) throw new RecordingError('the recording is empty: there is nothing to play')
  const { plays = otherEnd(first.end), pace = 'recorded', patience = 5_000, secret } = options
  const setup: ReplaySetup = {
    recording: read,
    coders: new PayloadCoders([], read.contracts),
    plays,
    pace,
    patienceMs: patience,
    random: options.random ?? counting(),
    scheduler: options.scheduler ?? asyncScheduler,
  }
  const scripts = scriptsOf(read)
  return plays === 'accepted' ? dialler(scripts, setup, secret, watch) : listener(scripts, setup, secret, watch)
}

/**
 * A far end that behaves as it was recorded: a transport for one's own end, in real time or in virtual time.
 *
 * It says hello as then, with a nonce and a proof of its own, and then what was recorded; each thing at its time, and not
 * before the end under test has said what it said before that. What that says is compared call by call: the calls that it
 * makes in order, with their requests, the items, answers and failures of each call. Where values are the same, another
 * version of their contract will do. When credit is granted, how a message is cut into parts and when which call has its
 * turn, is not compared. A pipe that broke breaks again, and what resumed is to resume: dial with `reconnect`.
 *
 * Fails with {@link ReplayMismatch} when the end under test says something else, or nothing for too long; completes once
 * all was played. One `replay` plays its recording once, however often it is dialled.
 *
 * @example
 * ```ts
 * replay(readFileSync('kitchen.sluice')).pipe(peer({ uses: Kitchen }), mergeMap(makeLunch)).subscribe()
 * ```
 *
 * @param recording - a file that a {@link Recorder} made, or what {@link readRecording} or {@link conversation} gave
 * @throws {@link RecordingError} when the file is none, or empty
 */
export const replay = (recording: Uint8Array | Recording, options: ReplayOptions = {}): Transport =>
  watchedReplay(recording, options, { done: () => undefined, failed: () => undefined })

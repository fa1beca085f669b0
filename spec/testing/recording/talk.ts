/** A conversation with everything in it, and how it is recorded: what the specs of recordings share. */
import {
  catchError,
  concat,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  reduce,
  take,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
} from 'rxjs'
import { type Layer, peer, type Peer, type PeerOptions, serve, type Transport } from 'sluice'
import {
  marbles,
  readRecording,
  record,
  Recorder,
  type RecordedFrame,
  type RecorderOptions,
  type Recording,
} from 'sluice/testing'
import type { AvaLike, MarbleHelpers, WireOptions } from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'

/** Answers for the whole Kitchen. */
export const handlers = {
  greet: (name: string): string | Observable<string> => timer(5).pipe(map(() => `hello, ${name}`)),
  bake: (ms: number) =>
    ms < 0 ? throwError(() => ({ _tag: 'OutOfBread', left: -ms })) : timer(ms).pipe(map(() => `after ${ms}`)),
  ticks: (count: number) => interval(5).pipe(take(count)),
  weigh: (items$: Observable<number>) => items$.pipe(reduce((sum, item) => sum + item, 0)),
  chat: (lines$: Observable<string>) => lines$.pipe(map(line => line.toUpperCase())),
  shout: (): void => undefined,
}

/** Handlers, some of them other ones. */
export const answering = (others: Partial<Record<keyof typeof handlers, (request: never) => unknown>> = {}) =>
  mergeMap((client: Peer<any, typeof Kitchen>) => serve(client, { ...handlers, ...others } as typeof handlers))

/** The tag of what a call failed with, as a value. */
export const tagged = catchError((error: unknown) => of((error as { readonly _tag: string })._tag))

/** Every kind of call, a typed failure, a stream that is cut off, one that ends. */
export const talk = ({ remote }: Peer<typeof Kitchen>): Observable<unknown> =>
  concat(
    remote.greet('Ann', { metadata: { trace: 'xyz' } }),
    remote.bake(-3).pipe(tagged),
    merge(remote.ticks(3), remote.ticks(100).pipe(takeUntil(timer(38))), remote.weigh([1, 2, 3])),
    remote.chat(['a', 'b']),
    remote.shout('hey'),
  )

/** How a conversation is had, and recorded. */
export interface Having {
  readonly serving?: (clients$: Observable<Peer<any, typeof Kitchen>>) => Observable<unknown>
  /** For the recorder of the end that dials. */
  readonly recorder?: RecorderOptions
  readonly wire?: WireOptions
  readonly client?: PeerOptions<any, any>
  readonly server?: PeerOptions<any, any>
  readonly dial?: (dial: Transport) => Transport
}

/** What two recorders, one at each end, have made of a conversation in virtual time. */
export interface Had {
  readonly dialled: Recorder
  readonly accepted: Recorder
  readonly said: readonly unknown[]
}

const over = Symbol('over')

/** Has a conversation in virtual time, and records it at both ends. */
export const have = (
  t: AvaLike,
  conversation: (kitchen: Peer<typeof Kitchen>, helpers: MarbleHelpers) => Observable<unknown> = talk,
  { serving = answering(), recorder, wire, client, server, dial = same => same }: Having = {},
): Had => {
  const said: unknown[] = []
  let recorders: readonly [Recorder, Recorder] | undefined
  marbles(t, helpers => {
    const { random, run } = helpers
    const [near, far] = (recorders = [
      new Recorder({ contracts: Kitchen, ...recorder }),
      new Recorder({ contracts: Kitchen }),
    ])
    const { dial: dialled$, pipes$ } = helpers.wire(wire)
    run(pipes$.pipe(map(record(far)), peer({ serves: Kitchen, random, ...server }), serving))
    const kitchen$ = dial(dialled$.pipe(map(record(near)))).pipe(peer({ uses: Kitchen, random, ...client }))
    run(
      kitchen$.pipe(
        mergeMap(kitchen => concat(conversation(kitchen as Peer<typeof Kitchen>, helpers), of(over))),
        takeWhile(value => value !== over),
        tap(value => void said.push(value)),
      ),
    )
  })
  const [dialled, accepted] = recorders as readonly [Recorder, Recorder]
  return { dialled, accepted, said }
}

/** What a recorder's file holds. */
export const read = (recorder: Recorder): Recording => readRecording(recorder.file())

/** The frames of a recording, of all its pipes. */
export const framesOf = (recording: Recording): readonly RecordedFrame[] =>
  recording.pipes.flatMap(({ events }) => events.flatMap(event => ('frame' in event ? [event] : [])))

/** Kills the pipe below, once: the next one that is made is whole. */
export const once = (fault: Layer<Uint8Array, Uint8Array>): Layer<Uint8Array, Uint8Array> => {
  let struck = false
  return pipe => {
    if (struck) return pipe
    struck = true
    return fault(pipe)
  }
}

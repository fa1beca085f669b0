import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  finalize,
  merge,
  mergeMap,
  NEVER,
  Observable,
  takeUntil,
  timer,
} from 'rxjs'
import { contractsOf, type AnyContract } from '../../contract/contract.js'
import { takesMany } from '../../call/method-end.js'
import { Failure } from '../../call/call-errors.js'
import type { CallOptions } from '../../call/calls-options.js'
import type { Peer } from '../../peer/peer-types.js'
import { serve } from '../../peer/serve.js'
import { storiesOf, type CallStory, type StoryEvent } from './call-story.js'
import { PayloadCoders } from './payload-coders.js'
import { readRecording } from './recording-file.js'
import { RecordingError, type PipeEnd, type Recording } from './recording.js'
import { scriptsOf } from './replay-script.js'

type AnyPeer = Peer<any, any>

/** What was said, said again at its times; nothing more comes where nothing more came. */
const retold = (method: string, events: readonly StoryEvent[]): Observable<unknown> =>
  new Observable(subscriber => {
    let next = 0
    const tell = () => {
      const { at: now } = events[next] as StoryEvent
      for (let event = events[next]; event?.at === now; event = events[next]) {
        next++
        if (event.kind === 'value') subscriber.next(event.value)
        else if (event.kind === 'complete') subscriber.complete()
        else if (event.kind === 'failure') subscriber.error(new Failure(method, event.failure))
        else subscriber.error(Object.assign(new Error(event.error.message), { name: event.error.name ?? 'Error' }))
      }
      if (!subscriber.closed) wait(now)
    }
    const wait = (since: number) => {
      const event = events[next]
      if (event !== undefined) subscriber.add(asyncScheduler.schedule(tell, event.at - since))
    }
    wait(0)
  })

/** Answers a call as it was answered. */
const answered = ({ kind, method, outputs }: CallStory, request: unknown): Observable<unknown> => {
  const answer$ = retold(method, outputs)
  if (!takesMany(kind)) return answer$
  return defer(() => {
    const taking = (request as Observable<unknown>).subscribe({ error: () => undefined })
    return answer$.pipe(finalize(() => taking.unsubscribe()))
  })
}

const table = (stories: readonly CallStory[]): Record<string, (request: unknown) => Observable<unknown>> => {
  const turns = new Map<string, CallStory[]>()
  for (const story of stories) turns.set(story.method, [...(turns.get(story.method) ?? []), story])
  return Object.fromEntries(
    [...turns].map(([method, waiting]) => [
      method,
      (request: unknown) => {
        const story = waiting.shift()
        return story === undefined ? NEVER : answered(story, request)
      },
    ]),
  )
}

const optionsOf = ({ timeout, metadata, credit }: CallStory): CallOptions => ({
  timeout: timeout ?? Infinity,
  ...(metadata === undefined ? {} : { metadata }),
  ...(credit === undefined ? {} : { credit }),
})

/** Makes a call as it was made. */
const made = (peer: AnyPeer, story: CallStory): Observable<unknown> => {
  const { at, kind, method, inputs, cancelledAfter } = story
  return timer(at).pipe(
    mergeMap(() => {
      const remote = (peer.remote as Record<string, (input: unknown, options: CallOptions) => Observable<unknown>>)[
        method
      ]
      const input = takesMany(kind) ? retold(method, inputs) : story.input
      const call$ = remote?.(input, optionsOf(story)) ?? EMPTY
      return cancelledAfter === undefined ? call$ : call$.pipe(takeUntil(timer(cancelledAfter)))
    }),
    // how it went is for the replay to see
    catchError(() => EMPTY),
  )
}

/**
 * An end that does what was recorded: it stands in for code of one's own, until there is that.
 *
 * Answers the calls of each method in the order in which they came, and makes those that were made, each at its time.
 *
 * @example
 * ```ts
 * replay(file, { plays: 'dialled' }).pipe(peer({ serves: Kitchen }), mergeMap(asRecorded(file, 'accepted', [Kitchen])))
 * ```
 *
 * @param end - which end it stands in for
 * @param contracts - those that this end serves and uses
 * @param session - which of the recording's sessions, counted from 0
 * @throws {@link RecordingError} when the recording has no such session, or cannot be read by the contracts
 */
export const asRecorded = (
  recording: Uint8Array | Recording,
  end: PipeEnd,
  contracts: AnyContract | readonly AnyContract[],
  session = 0,
): ((peer: Peer<any, any>) => Observable<unknown>) => {
  const read = recording instanceof Uint8Array ? readRecording(recording) : recording
  const script = scriptsOf(read)[session]
  if (script === undefined) throw new RecordingError(`the recording has no session ${session}: they are counted from 0`)
  const all = 'methods' in contracts ? contractsOf(contracts) : contracts.flatMap(each => contractsOf(each))
  const stories = storiesOf(script, new PayloadCoders(all, read.contracts))
  const serving = stories.filter(story => story.by !== end)
  const calling = stories.filter(story => story.by === end)
  return peer =>
    merge(serve(peer as { incoming: object }, table(serving) as never), ...calling.map(story => made(peer, story)))
}

import { isCallFrame, type CallFrame, type Frame, type Goodbye, type Hello } from '../../wire/frame.js'
import type { PipeEnd, RecordedPipe, Recording } from './recording.js'
import { Utterances, type Utterance } from './utterance.js'

/** Something that happened in a session, in order. */
export type ReplayStep = { readonly at: number; readonly by: PipeEnd } & (
  | {
      readonly _tag: 'Said'
      readonly frame: CallFrame
      readonly blanked: boolean
      /** What is said with this frame, where it is the last of it. */
      readonly whole: Utterance | undefined
      /** Whether it is an item, or a part of one: those need credit. */
      readonly isItem: boolean
    }
  | { readonly _tag: 'Goodbye'; readonly frame: Goodbye }
  | { readonly _tag: 'Ended'; readonly end: 'complete' | 'error' }
  /** The end that dials has another pipe, over which the session goes on. */
  | { readonly _tag: 'Resumed' }
)

/** One of a session's pipes. */
export interface ReplayPipe {
  /** Its place in the recording. */
  readonly place: number
  /** When an end said the last of its handshake: after the pipe was there, in milliseconds. */
  readonly greetedAfter: Readonly<Record<PipeEnd, number>>
}

/** One session of a recording, over all of its pipes. */
export interface ReplayScript {
  /** Where it was recorded. */
  readonly end: PipeEnd
  /** When its first pipe was there: since the recording began, in milliseconds. */
  readonly at: number
  readonly pipes: readonly ReplayPipe[]
  readonly hellos: Partial<Readonly<Record<PipeEnd, Hello>>>
  /** Whether the two ends came to an agreement. */
  readonly agreed: boolean
  readonly steps: readonly ReplayStep[]
}

const helloBy = (pipe: RecordedPipe, end: PipeEnd): Hello | undefined => {
  for (const event of pipe.events)
    if ('frame' in event && event.by === end && event.frame._tag === 'Hello') return event.frame
  return undefined
}

const greetings: readonly Frame['_tag'][] = ['Hello', 'Proof', 'Verdicts']

const greetedAfter = ({ at, events }: RecordedPipe, end: PipeEnd): number =>
  events.reduce((latest, event) => {
    const isGreeting = 'frame' in event && event.by === end && greetings.includes(event.frame._tag)
    return isGreeting ? event.at - at : latest
  }, 0)

const isAgreed = ({ events }: RecordedPipe): boolean =>
  events.some(event => 'frame' in event && isCallFrame(event.frame)) ||
  (['dialled', 'accepted'] as const).every(end =>
    events.some(event => 'frame' in event && event.by === end && event.frame._tag === 'Verdicts'),
  )

type Speakers = Readonly<Record<PipeEnd, Utterances>>

/** Reads the events of one pipe as steps. */
const stepsOf = (pipe: RecordedPipe, speakers: Speakers): readonly ReplayStep[] =>
  pipe.events.flatMap((event, place): readonly ReplayStep[] => {
    const { at, by } = event
    if ('end' in event) return [{ _tag: 'Ended', at, by, end: event.end }]
    const { frame, blanked = false } = event
    if (frame._tag === 'Goodbye') return [{ _tag: 'Goodbye', at, by, frame }]
    if (!isCallFrame(frame)) return []
    const isAsking = speakers[by].isAsking(frame.id)
    const whole = speakers[by].take(frame, blanked)
    const isItem = frame._tag === 'Fragment' ? !isAsking && !isAnswer(pipe, place, frame.id, by) : whole?.tag === 'Next'
    return [{ _tag: 'Said', at, by, frame, blanked, whole, isItem }]
  })

/** Whether a part is one of the answer of a request or an upload: then what it is a part of comes in a `Reply`. */
const isAnswer = ({ events }: RecordedPipe, place: number, id: number, by: PipeEnd): boolean => {
  for (const event of events.slice(place + 1))
    if ('frame' in event && event.by === by && isCallFrame(event.frame) && event.frame.id === id)
      if (event.frame._tag !== 'Fragment' && event.frame._tag !== 'Credit') return event.frame._tag === 'Reply'
  return false
}

/** The sessions of a recording, in the order in which they began. */
export const scriptsOf = ({ pipes }: Recording): readonly ReplayScript[] => {
  const sessions: { readonly places: number[] }[] = []
  const bySession = new Map<number, (typeof sessions)[number]>()
  for (const [place, { resumes }] of pipes.entries()) {
    const session = (resumes === undefined ? undefined : bySession.get(resumes)) ?? { places: [] }
    if (session.places.length === 0) sessions.push(session)
    session.places.push(place)
    bySession.set(place, session)
  }
  return sessions.map(({ places }) => {
    const speakers = { dialled: new Utterances(), accepted: new Utterances() }
    const first = pipes[places[0] as number] as RecordedPipe
    const [dialled, accepted] = [helloBy(first, 'dialled'), helloBy(first, 'accepted')]
    return {
      end: first.end,
      at: first.at,
      pipes: places.map(place => {
        const pipe = pipes[place] as RecordedPipe
        return {
          place,
          greetedAfter: { dialled: greetedAfter(pipe, 'dialled'), accepted: greetedAfter(pipe, 'accepted') },
        }
      }),
      hellos: { ...(dialled === undefined ? {} : { dialled }), ...(accepted === undefined ? {} : { accepted }) },
      agreed: isAgreed(first),
      steps: places.flatMap((place, i): readonly ReplayStep[] => {
        const pipe = pipes[place] as RecordedPipe
        const steps = stepsOf(pipe, speakers)
        return i === 0 ? steps : [{ _tag: 'Resumed', at: pipe.at, by: 'dialled' }, ...steps]
      }),
    }
  })
}

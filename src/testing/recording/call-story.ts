import type { MethodKind } from '../../contract/method.js'
import { defaultWindow, type WindowSize } from '../../flow/receive-window.js'
import type { Hello, Metadata } from '../../wire/frame.js'
import type { Grant, PlainError } from './conversation.js'
import {
  decodePayload,
  servedMethod,
  type MethodCoders,
  type PayloadCoders,
  type PayloadPart,
} from './payload-coders.js'
import { otherEnd, RecordingError, type PipeEnd } from './recording.js'
import type { ReplayScript, ReplayStep } from './replay-script.js'
import type { Utterance } from './utterance.js'

/** Something that an end said in a call, when: since the call began, in milliseconds. */
export type StoryEvent = { readonly at: number } & (
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'complete' }
  | { readonly kind: 'failure'; readonly failure: unknown }
  | { readonly kind: 'error'; readonly error: PlainError }
)

/** A recorded call, as its users see it. */
export interface CallStory {
  readonly contract: string
  readonly method: string
  readonly kind: MethodKind
  readonly by: PipeEnd
  /** Since its session began, in milliseconds. */
  readonly at: number
  /** What a request, stream or event asks. */
  readonly input: unknown
  readonly inputs: readonly StoryEvent[]
  readonly outputs: readonly StoryEvent[]
  /** Since the call began, in milliseconds. */
  readonly cancelledAfter: number | undefined
  readonly timeout: number | undefined
  readonly metadata: Metadata | undefined
  readonly credit: WindowSize | undefined
  readonly grants: readonly Grant[]
  readonly inputGrants: readonly Grant[]
}

type Said = Extract<ReplayStep, { readonly _tag: 'Said' }>

interface Told {
  readonly step: Said
  readonly whole: Utterance
}

const timesOf = (steps: readonly ReplayStep[], begunAt: number): ReadonlyMap<ReplayStep, number> => {
  const times = new Map<ReplayStep, number>()
  let last: { at: number; by: PipeEnd } | undefined
  for (const step of steps) {
    let at = Math.max(step.at - begunAt, last?.at ?? 0)
    // an answer comes after what it answers, and a call is given up after what was said in it, also within a millisecond
    const isNext = step.by !== last?.by || (step._tag === 'Said' && step.frame._tag === 'Cancel')
    if (isNext && at === last?.at) at++
    times.set(step, at)
    last = { at, by: step.by }
  }
  return times
}

/** Reads the payloads of one call. */
class Reading {
  constructor(
    private readonly coders: PayloadCoders,
    private readonly script: ReplayScript,
    private readonly opener: PipeEnd,
    readonly served: { readonly contract: string; readonly method: string },
  ) {}

  get kind(): MethodKind {
    return this.coder('input').kind
  }

  value(part: PayloadPart, { payload, blanked }: Utterance): unknown {
    const { contract, method } = this.served
    if (blanked)
      throw new RecordingError(
        `a value of ${contract}.${method} was left out of the recording: let redact put another value in its place`,
      )
    const coder = this.coder(part).coder(part)
    if (coder === undefined) throw new RecordingError(`${contract}.${method} has no ${part}, and the recording has one`)
    return decodePayload(coder, payload)
  }

  events(told: readonly Told[], part: 'input' | 'output', times: ReadonlyMap<ReplayStep, number>, begun: number) {
    return told.flatMap(({ step, whole }): readonly StoryEvent[] => {
      const at = (times.get(step) ?? 0) - begun
      const { frame } = whole
      switch (frame._tag) {
        case 'Next':
          return [{ at, kind: 'value', value: this.value(part, whole) }]
        case 'Reply':
          return [
            { at, kind: 'value', value: this.value(part, whole) },
            { at, kind: 'complete' },
          ]
        case 'Complete':
          return [{ at, kind: 'complete' }]
        case 'Fail': {
          const { failure, code, name, message } = frame
          if (failure !== undefined)
            return [{ at, kind: 'failure', failure: this.value('failure', { ...whole, payload: failure }) }]
          const error = { ...(code === 'DEFECT' ? {} : { code }), ...(name === undefined ? {} : { name }) }
          return [{ at, kind: 'error', error: message === '' ? error : { ...error, message } }]
        }
        default:
          return []
      }
    })
  }

  private coder(part: PayloadPart): MethodCoders {
    const { script, opener, served, coders } = this
    const writer: Hello | undefined = script.hellos[part === 'input' ? opener : otherEnd(opener)]
    const found = writer === undefined ? undefined : coders.method(writer, served, part)
    if (found !== undefined) return found
    throw new RecordingError(
      `${served.contract} is not described: give the contract that was recorded, or record with { contracts }`,
    )
  }
}

const isSaid = (step: ReplayStep): step is Said => step._tag === 'Said'

const grantsOf = (steps: readonly Said[], by: PipeEnd, after: (step: ReplayStep) => number): readonly Grant[] =>
  steps.flatMap((step): readonly Grant[] => {
    const { frame } = step
    return frame._tag === 'Credit' && step.by === by ? [[after(step), frame.items, frame.bytes]] : []
  })

/**
 * The calls of a session, as their users see them. Those whose beginning was not recorded are passed over.
 *
 * Times are as recorded, but that no two ends say something in the same millisecond.
 *
 * @throws {@link RecordingError} when what was said cannot be read
 */
export const storiesOf = (script: ReplayScript, coders: PayloadCoders): readonly CallStory[] => {
  const times = timesOf(script.steps, script.at)
  const calls = new Map<number, Said[]>()
  for (const step of script.steps.filter(isSaid)) {
    const known = calls.get(step.frame.id)
    if (known === undefined) calls.set(step.frame.id, [step])
    else known.push(step)
  }
  return [...calls].flatMap(([id, steps]): readonly CallStory[] => {
    const opener: PipeEnd = id % 2 === 1 ? 'dialled' : 'accepted'
    const told = steps.flatMap(step => (step.whole === undefined ? [] : [{ step, whole: step.whole }]))
    const open = told.find(({ whole }) => whole.tag === 'Open')
    const first = steps[0] as Said
    if (open?.whole.frame._tag !== 'Open' || first.frame._tag !== 'Open') return []
    const { method, timeoutMs: timeout, metadata, credit } = open.whole.frame
    const served = servedMethod(script.hellos[otherEnd(opener)], method)
    if (served === undefined) return []
    const reading = new Reading(coders, script, opener, served)
    const begun = times.get(first) ?? 0
    const after = (step: ReplayStep) => (times.get(step) ?? 0) - begun
    const saidBy = (by: PipeEnd) => told.filter(({ step }) => step.by === by)
    const { kind } = reading
    const asks = kind !== 'upload' && kind !== 'channel'
    const cancel = told.find(({ whole }) => whole.tag === 'Cancel')
    return [
      {
        ...served,
        kind,
        by: opener,
        at: begun,
        input: asks ? reading.value('input', open.whole) : undefined,
        inputs: reading.events(saidBy(opener), 'input', times, begun),
        outputs: reading.events(saidBy(otherEnd(opener)), 'output', times, begun),
        cancelledAfter: cancel === undefined ? undefined : after(cancel.step),
        timeout,
        metadata: metadata === undefined ? undefined : { ...metadata },
        credit,
        grants: grantsOf(steps, opener, after),
        inputGrants: grantsOf(steps, otherEnd(opener), after),
      },
    ]
  })
}

/** Whether that is what an end grants at first, unless it is told otherwise. */
export const isUsualWindow = ({ items, bytes }: WindowSize): boolean =>
  items === defaultWindow.items && bytes === defaultWindow.bytes

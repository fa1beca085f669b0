import type { CallFrame, Fail, Goodbye, Hello, Metadata } from '../../wire/frame.js'
import {
  decodePayload,
  encodePayload,
  type PayloadCoders,
  type PayloadPart,
  type ServedMethod,
} from './payload-coders.js'
import type { PipeEnd } from './recording.js'

/** Something that a recording is about to keep. */
export interface Redactable {
  /** Empty for a `goodbye`. */
  readonly contract: string
  /** Empty for a `goodbye`. */
  readonly method: string
  /**
   * - `input`, `output`, `failure`: a value of the method's codec
   * - `metadata`: a record of texts
   * - `error`: of a call that failed otherwise, `{ message, name?, stack? }`
   * - `goodbye`: the reason that an end gave, a text
   */
  readonly part: PayloadPart | 'metadata' | 'error' | 'goodbye'
  /** The end that said it. */
  readonly by: PipeEnd
  readonly value: unknown
}

/**
 * Says what a recording keeps in a value's place; the value itself, if it may stay.
 *
 * What it cannot be asked about, as no contract says how to read it, what it throws at, and what does not fit the codec in
 * its place are left out altogether.
 */
export type Redact = (what: Redactable) => unknown

/** Where a frame stands. */
export interface FrameContext {
  readonly by: PipeEnd
  readonly served: ServedMethod | undefined
  /** Whether its payload goes in or comes out. */
  readonly part: 'input' | 'output'
  /** Of the end that said it. */
  readonly hello: Hello | undefined
}

/** A frame as it is kept. */
export interface Redacted<F> {
  readonly frame: F
  readonly blanked: boolean
}

const noBytes = new Uint8Array(0)
const failed = Symbol('failed')

const emptied = (metadata: Metadata): Metadata => Object.fromEntries(Object.keys(metadata).map(key => [key, '']))

/** A call's frame without anything of its user's. */
const blank = (frame: CallFrame): Redacted<CallFrame> => {
  if (frame._tag === 'Fail') {
    const { _tag, id, code, failure } = frame
    const bare = { _tag, id, code, message: '', ...(failure === undefined ? {} : { failure: noBytes }) }
    return { frame: bare, blanked: true }
  }
  if (!('payload' in frame)) return { frame, blanked: false }
  const metadata = frame._tag === 'Open' ? frame.metadata : undefined
  if (frame.payload.length === 0 && metadata === undefined) return { frame, blanked: false }
  const bare = { ...frame, payload: noBytes, ...(metadata === undefined ? {} : { metadata: emptied(metadata) }) }
  return { frame: bare, blanked: true }
}

const texts = (value: unknown): Metadata | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const entries: readonly [string, unknown][] = Object.entries(value)
  return entries.every(([, text]) => typeof text === 'string') ? (value as Metadata) : undefined
}

/** Takes out of frames what a recording is not to keep. */
export class Redactor {
  /** @param redact - `payloads`: whatever is a user's */
  constructor(
    private readonly redact: 'payloads' | Redact,
    private readonly coders: PayloadCoders,
  ) {}

  goodbye(frame: Goodbye, by: PipeEnd): Redacted<Goodbye> {
    if (frame.message === '') return { frame, blanked: false }
    const message = this.ask({ contract: '', method: '', part: 'goodbye', by, value: frame.message })
    if (typeof message === 'string') return { frame: { ...frame, message }, blanked: false }
    return { frame: { ...frame, message: '' }, blanked: true }
  }

  /** One frame whose payload is whole. */
  frame(frame: CallFrame, context: FrameContext): Redacted<CallFrame> {
    if (frame._tag === 'Fail') return this.fail(frame, context) ?? blank(frame)
    if (!('payload' in frame)) return { frame, blanked: false }
    const payload =
      frame._tag === 'Open' && frame.more === true ? noBytes : this.payload(frame.payload, context.part, context)
    const metadata = frame._tag === 'Open' ? this.metadata(frame.metadata, context) : undefined
    if (payload === undefined || metadata === failed) return blank(frame)
    return { frame: { ...frame, payload, ...(metadata === undefined ? {} : { metadata }) }, blanked: false }
  }

  /**
   * The parts of one payload. What takes its place is cut where the payload was cut, so that as many parts are there.
   */
  parts(
    frames: readonly (CallFrame & { readonly payload: Uint8Array })[],
    context: FrameContext,
  ): readonly Redacted<CallFrame>[] {
    const size = frames.reduce((sum, { payload }) => sum + payload.length, 0)
    const whole = new Uint8Array(size)
    let at = 0
    for (const { payload } of frames) {
      whole.set(payload, at)
      at += payload.length
    }
    const redacted = this.payload(whole, context.part, context)
    if (redacted === undefined) return frames.map(blank)
    let from = 0
    return frames.map((frame, i) => {
      const to = i === frames.length - 1 ? redacted.length : Math.min(redacted.length, from + frame.payload.length)
      const payload = redacted.subarray(from, to)
      from = to
      return { frame: { ...frame, payload }, blanked: false }
    })
  }

  private ask(what: Redactable): unknown {
    if (this.redact === 'payloads') return failed
    try {
      return this.redact(what)
    } catch {
      return failed
    }
  }

  private payload(payload: Uint8Array, part: PayloadPart, { by, served, hello }: FrameContext): Uint8Array | undefined {
    if (this.redact === 'payloads') return payload.length === 0 ? payload : undefined
    if (served === undefined || hello === undefined) return undefined
    const coder = this.coders.method(hello, served, part)?.coder(part)
    if (coder === undefined) return undefined
    try {
      const value = this.ask({ ...served, part, by, value: decodePayload(coder, payload) })
      return value === failed ? undefined : encodePayload(coder, value)
    } catch {
      return undefined
    }
  }

  private metadata(metadata: Metadata | undefined, { by, served }: FrameContext): Metadata | undefined | typeof failed {
    if (metadata === undefined) return undefined
    const { contract, method } = served ?? { contract: '', method: '' }
    return texts(this.ask({ contract, method, part: 'metadata', by, value: { ...metadata } })) ?? failed
  }

  private fail(frame: Fail, context: FrameContext): Redacted<Fail> | undefined {
    const { by, served } = context
    if (frame.failure !== undefined) {
      const failure = this.payload(frame.failure, 'failure', context)
      return failure === undefined ? undefined : { frame: { ...frame, failure }, blanked: false }
    }
    const { message, name, stack } = frame
    // a code without a text says nothing of anybody
    if (message === '' && name === undefined && stack === undefined) return { frame, blanked: false }
    const value = { message, ...(name === undefined ? {} : { name }), ...(stack === undefined ? {} : { stack }) }
    const { contract, method } = served ?? { contract: '', method: '' }
    const kept = texts(this.ask({ contract, method, part: 'error', by, value }))
    if (kept === undefined) return undefined
    const { _tag, id, code } = frame
    const told: Fail = {
      _tag,
      id,
      code,
      message: kept.message ?? '',
      ...(kept.name === undefined ? {} : { name: kept.name }),
      ...(kept.stack === undefined ? {} : { stack: kept.stack }),
    }
    return { frame: told, blanked: false }
  }
}

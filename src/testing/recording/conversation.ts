import { TestScheduler } from 'rxjs/testing'
import type { CompiledContract, CompiledMethod } from '../../contract/compile-contract.js'
import { compileContract } from '../../contract/compile-contract.js'
import { contractsOf, type AnyContract } from '../../contract/contract.js'
import { defaultFragmentBytes } from '../../call/calls-options.js'
import { givesMany, takesMany } from '../../call/method-end.js'
import { defaultWindow, type WindowSize } from '../../flow/receive-window.js'
import { helloOf } from '../../session/hello-of.js'
import type { CallFrame, Fail, FailCode, Frame, Hello, Metadata, Open } from '../../wire/frame.js'
import { defaultLimits } from '../../wire/hello-codec.js'
import { encodePayload } from './payload-coders.js'
import {
  nothingLeftOut,
  otherEnd,
  RecordingError,
  type PipeEnd,
  type RecordedFrame,
  type Recording,
} from './recording.js'
import { Several } from './several.js'

/** What the two ends of a conversation speak, as the end that dialled sees it. */
export interface ConversationEnds {
  /** What the end that dialled calls. */
  readonly uses?: AnyContract
  /** What it answers. */
  readonly serves?: AnyContract
}

/** Credit: after so many milliseconds, so many items and bytes. */
export type Grant = readonly [afterMs: number, items: number, bytes: number]

/** An error that is no failure of its method's. */
export interface PlainError {
  /** Default `DEFECT`. */
  readonly code?: FailCode
  readonly name?: string
  readonly message?: string
}

/**
 * One call, as it went.
 *
 * Diagrams are rxjs's, a column is a millisecond, and they begin with the call.
 */
export interface ConversationCall {
  readonly method: string
  /** Who makes it; default the end that dialled, if it uses a contract with that method. */
  readonly by?: PipeEnd
  /** When: since the conversation began, in milliseconds. */
  readonly at: number
  /** What a request, stream or event asks. */
  readonly input?: unknown
  /** What an upload or channel sends. */
  readonly inputs?: string
  /** What comes back: `5ms (a|)` is the answer of a request or an upload. */
  readonly outputs?: string
  /** What the letters of both diagrams stand for. */
  readonly values?: Readonly<Record<string, unknown>>
  /** The `#` of `outputs` is the method's own failure, with this value, */
  readonly failure?: unknown
  /** or another error. */
  readonly error?: PlainError
  /** What the `#` of `inputs` is. */
  readonly inputError?: PlainError
  /** When the caller gave it up: so many milliseconds after the call began. */
  readonly cancelledAfter?: number
  /** What was left of its time, in milliseconds; by default it has no limit. */
  readonly timeout?: number
  readonly metadata?: Metadata
  /** First credit for what comes back; default 256 items and 1 MiB. */
  readonly credit?: WindowSize
  /** What the caller granted later. */
  readonly grants?: readonly Grant[]
  /** What the other end granted for what goes in; default 256 items and 1 MiB, at once. */
  readonly inputGrants?: readonly Grant[]
}

const noBytes = new Uint8Array(0)

const compiled = (contracts: AnyContract | undefined): readonly CompiledContract[] =>
  contracts === undefined ? [] : contractsOf(contracts).map(contract => compileContract(contract))

const greeting = (serves: readonly CompiledContract[], uses: readonly CompiledContract[]): Hello =>
  helloOf(
    {
      serves,
      uses,
      validation: 'report',
      limits: defaultLimits,
      nonce: () => noBytes,
      handshakeTimeout: 0,
      goodbyeTimeout: 0,
    },
    undefined,
  )

interface Mark {
  readonly at: number
  readonly kind: 'N' | 'E' | 'C'
  readonly value?: unknown
}

/** How long a column is: outside of `TestScheduler.run` it is ten milliseconds. */
const columns: { frameTimeFactor: number } = TestScheduler

const marksOf = (diagram: string, values: Readonly<Record<string, unknown>>): readonly Mark[] => {
  const { frameTimeFactor } = columns
  columns.frameTimeFactor = 1
  try {
    return TestScheduler.parseMarbles(diagram, undefined, undefined, false, true).map(({ frame: at, notification }) => {
      if (notification.kind !== 'N') return { at, kind: notification.kind }
      const letter = String(notification.value)
      if (!Object.hasOwn(values, letter)) throw new RangeError(`"${letter}" of "${diagram}" is not among its values`)
      return { at, kind: 'N', value: values[letter] }
    })
  } finally {
    columns.frameTimeFactor = frameTimeFactor
  }
}

/** A call's frames, each with its time. */
class CallFrames {
  readonly frames: RecordedFrame[] = []

  constructor(
    private readonly call: ConversationCall,
    private readonly id: number,
    private readonly number: number,
    private readonly method: CompiledMethod,
    private readonly by: PipeEnd,
  ) {
    const { kind } = method.method
    this.open()
    if (takesMany(kind)) this.sendInputs()
    const { outputs = '', values = {}, cancelledAfter } = call
    for (const mark of marksOf(outputs, values)) this.answer(mark, givesMany(kind))
    for (const [afterMs, items, bytes] of call.grants ?? []) this.say(afterMs, by, { _tag: 'Credit', id, items, bytes })
    if (cancelledAfter !== undefined) this.say(cancelledAfter, by, { _tag: 'Cancel', id })
  }

  private open(): void {
    const { call, id, number, method, by } = this
    const { kind } = method.method
    const payload = takesMany(kind) ? noBytes : encodePayload(method.input, call.input)
    const open: Open = {
      _tag: 'Open',
      id,
      method: number,
      payload,
      credit: givesMany(kind) ? (call.credit ?? defaultWindow) : undefined,
      timeoutMs: call.timeout,
      metadata: call.metadata,
    }
    if (payload.length <= defaultFragmentBytes) return this.say(0, by, open)
    this.say(0, by, { ...open, payload: noBytes, more: true })
    this.sayPayload(0, by, 'Next', payload)
  }

  private sendInputs(): void {
    const { call, id, by, method } = this
    const { inputs = '', inputError = {}, values = {} } = call
    const grants = call.inputGrants ?? [[0, defaultWindow.items, defaultWindow.bytes]]
    for (const [afterMs, items, bytes] of grants) this.say(afterMs, otherEnd(by), { _tag: 'Credit', id, items, bytes })
    for (const { at, kind, value } of marksOf(inputs, values))
      if (kind === 'C') this.say(at, by, { _tag: 'Complete', id })
      else if (kind === 'E') this.say(at, by, this.failOf(inputError))
      else for (const item of Several.of(value)) this.sayPayload(at, by, 'Next', encodePayload(method.input, item))
  }

  private answer({ at, kind, value }: Mark, many: boolean): void {
    const { call, id, method } = this
    const far = otherEnd(this.by)
    if (kind === 'N')
      for (const item of Several.of(value))
        this.sayPayload(at, far, many ? 'Next' : 'Reply', encodePayload(method.output, item))
    // the answer of a request is its end too
    else if (kind === 'C' && many) this.say(at, far, { _tag: 'Complete', id })
    else if (kind === 'E') this.say(at, far, this.failure(call))
  }

  private failure({ failure, error }: ConversationCall): Fail {
    const coder = this.method.failure
    if (failure === undefined || coder === undefined) return this.failOf(error ?? {})
    return { _tag: 'Fail', id: this.id, code: 'FAILURE', message: '', failure: encodePayload(coder, failure) }
  }

  private failOf({ code = 'DEFECT', name, message = '' }: PlainError): Fail {
    return { _tag: 'Fail', id: this.id, code, message, ...(name === undefined ? {} : { name }) }
  }

  private sayPayload(at: number, by: PipeEnd, tag: 'Next' | 'Reply', payload: Uint8Array): void {
    const { id } = this
    let from = 0
    for (; payload.length - from > defaultFragmentBytes; from += defaultFragmentBytes)
      this.say(at, by, { _tag: 'Fragment', id, payload: payload.subarray(from, from + defaultFragmentBytes) })
    this.say(at, by, { _tag: tag, id, payload: payload.subarray(from) })
  }

  private say(at: number, by: PipeEnd, frame: CallFrame): void {
    this.frames.push({ at: this.call.at + at, by, frame })
  }
}

interface Numbered {
  readonly number: number
  readonly method: CompiledMethod
}

const numbered = (contracts: readonly CompiledContract[]): ReadonlyMap<string, Numbered> =>
  new Map(contracts.flatMap(({ methods }) => methods).map((method, number) => [method.name, { number, method }]))

/**
 * A conversation as a text that a person can read and change: what {@link toSpec} writes, for {@link replay}.
 *
 * @example
 * ```ts
 * const recorded = conversation({ uses: Kitchen }, [
 *   { method: 'makeSandwich', at: 10, input: { bread: 'rye' }, outputs: '5ms (a|)', values: { a: { layers: ['rye'] } } },
 *   { method: 'ticks', at: 20, input: { everyMs: 10 }, outputs: '10ms a 9ms b', values: { a: 0, b: 1 }, cancelledAfter: 25 },
 * ])
 * ```
 *
 * @param calls - in the order in which they were made; what happens in the same millisecond is in that order too
 * @throws {@link RecordingError} when a method is unknown, or a value does not fit its codec
 */
export const conversation = (ends: ConversationEnds, calls: readonly ConversationCall[]): Recording => {
  const [uses, serves] = [compiled(ends.uses), compiled(ends.serves)]
  const methods = { dialled: numbered(uses), accepted: numbered(serves) }
  const ids = { dialled: 1, accepted: 2 }
  const frames = calls.flatMap((call): readonly RecordedFrame[] => {
    const { by = methods.dialled.has(call.method) ? 'dialled' : 'accepted' } = call
    const found = methods[by].get(call.method)
    if (found === undefined)
      throw new RecordingError(
        `no contract here has the method ${call.method}: name the end that calls it, or its contract`,
      )
    const id = ids[by]
    ids[by] += 2
    try {
      return new CallFrames(call, id, found.number, found.method, by).frames
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new RecordingError(`the call of ${call.method} at ${call.at} ms does not fit its contract: ${why}`, {
        cause: error,
      })
    }
  })
  frames.sort((a, b) => a.at - b.at)
  const own = (by: PipeEnd, frame: Frame, at = 0): RecordedFrame => ({ at, by, frame })
  const both = (make: (by: PipeEnd) => Frame): readonly RecordedFrame[] => [
    own('dialled', make('dialled')),
    own('accepted', make('accepted')),
  ]
  return {
    startedAt: 0,
    contracts: [...new Set([...uses, ...serves])].map(({ contract, fingerprint, descriptors }) => ({
      contract: contract.name,
      fingerprint,
      fileDescriptorSet: descriptors,
    })),
    leftOut: nothingLeftOut,
    pipes: [
      {
        end: 'dialled',
        at: 0,
        events: [
          ...both(by => (by === 'dialled' ? greeting(serves, uses) : greeting(uses, serves))),
          ...both(() => ({ _tag: 'Verdicts', methods: [] })),
          ...frames,
          own('dialled', { _tag: 'Goodbye', reason: 'DONE', message: '' }, frames.at(-1)?.at ?? 0),
        ],
      },
    ],
  }
}

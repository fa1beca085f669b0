import { BehaviorSubject, Subject, VirtualTimeScheduler } from 'rxjs'
import { Calls } from '../../src/call/calls.js'
import type { CallOptions, CallsOptions } from '../../src/call/calls-options.js'
import type { Consumer, Flow } from '../../src/call/consumer.js'
import type { IncomingHub } from '../../src/call/incoming-hub.js'
import { IncomingMethods } from '../../src/call/incoming-methods.js'
import type { CallingEnd, ServingEnd } from '../../src/call/method-end.js'
import type { IncomingCall } from '../../src/call/incoming-call.js'
import type { MethodKind, MethodOptions } from '../../src/contract/method.js'
import type { Pipe } from '../../src/pipe/pipe.js'
import type { Decode, Encode } from '../../src/schema/codec.js'
import type { CallFrame, Open } from '../../src/wire/frame.js'

/** Values are their own payloads; a function is one that does something while it is being encoded. */
const encode = ((value: Uint8Array | (() => Uint8Array), writer) =>
  void writer.raw(typeof value === 'function' ? value() : value)) as Encode<unknown>
const copied = (reader => new Uint8Array(reader.buf.subarray(reader.pos, reader.len))) as Decode<unknown>

const kinds: readonly MethodKind[] = ['request', 'stream', 'upload', 'channel', 'event']

/** Bytes that can be told from others: they count up from `first`. */
export const bytesOf = (size: number, first = 0): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (first + i) & 0xff)

export const defaultOptions = {
  far: { frameBytes: 1_000, messageBytes: 10_000, calls: 8 },
  own: { frameBytes: 1_000, messageBytes: 10_000, calls: 8 },
  fragmentBytes: 100,
  reassemblyBytes: 20_000,
  waiting: 16,
  claimWithin: 1_000,
  stacks: false,
  buffer: {},
} as const

export type RigOptions = Partial<Omit<CallsOptions, 'scheduler' | 'peer' | 'violated'>> & {
  readonly method?: MethodOptions
  /** Each method names a failure: bytes. */
  readonly fails?: true
  /** How payloads are read; unless told, as copies. */
  readonly decode?: Decode<unknown>
}

/** One end of calls, by itself, with one method of each kind in both directions. */
export interface End {
  readonly calls: Calls
  readonly violations: string[]
  /** What it sends. */
  readonly outgoing: Subject<CallFrame>
  /** What it is sent. */
  readonly incoming: Subject<CallFrame>
  readonly writable: BehaviorSubject<boolean>
  /** Calls that come in, by kind. */
  readonly hubs: Readonly<Record<MethodKind, IncomingHub>>
  readonly open: (kind: MethodKind, input: unknown, consumer: Consumer<unknown>, options?: CallOptions) => Flow
}

/** @param pipe - what it speaks over, where that is not the two Subjects that it gives back */
export const makeEnd = (
  scheduler: VirtualTimeScheduler,
  end: Pipe['end'],
  { method = {}, fails, decode = copied, ...options }: RigOptions = {},
  pipe?: Pipe<CallFrame>,
): End => {
  const outgoing = pipe?.outgoing ?? new Subject<CallFrame>()
  const incoming = new Subject<CallFrame>()
  const writable = new BehaviorSubject(true)
  const violations: string[] = []
  const methods = new IncomingMethods()
  const hubs = Object.fromEntries(kinds.map(kind => [kind, methods.hub(kind)])) as Record<MethodKind, IncomingHub>
  const serving = (kind: MethodKind): ServingEnd => ({
    name: kind,
    kind,
    options: method,
    decodeInput: decode,
    encodeOutput: encode,
    encodeFailure: fails && encode,
    isFailure: error => error instanceof Uint8Array,
    mismatch: undefined,
  })
  const calling = (kind: MethodKind): CallingEnd => ({
    name: kind,
    kind,
    options: method,
    number: kinds.indexOf(kind),
    encodeInput: encode,
    decodeOutput: decode,
    decodeFailure: undefined,
    mismatch: undefined,
  })
  const calls: Calls = new Calls(
    pipe ?? { end, incoming, outgoing, writable },
    { ends: kinds.map(serving), methods },
    {
      ...defaultOptions,
      ...options,
      scheduler,
      peer: () => undefined,
      violated: rule => {
        violations.push(rule)
        calls.end(name => new Error(`${name} lost`))
      },
    },
  )
  return {
    calls,
    violations,
    outgoing,
    incoming,
    writable,
    hubs,
    open: (kind, input, consumer, callOptions = {}) => calls.open(calling(kind), input, callOptions, consumer),
  }
}

/** An end that a test plays the far end of: frames are written down, and said. */
export const played = (end: Pipe['end'], options?: RigOptions) => {
  const scheduler = new VirtualTimeScheduler()
  const made = makeEnd(scheduler, end, options)
  const sent: CallFrame[] = []
  made.outgoing.subscribe(frame => sent.push(frame))
  return { ...made, scheduler, sent, say: (frame: CallFrame) => made.incoming.next(frame) }
}

/** An `Open` with credit for ten items; the methods are request, stream, upload, channel and event. */
export const open = (id: number, method: number, more?: true): Open => ({
  _tag: 'Open',
  id,
  method,
  payload: new Uint8Array(0),
  credit: { items: 10, bytes: 10_000 },
  timeoutMs: undefined,
  metadata: undefined,
  ...(more === undefined ? {} : { more }),
})

/** A part of a payload. */
export const part = (id: number, size: number, first = 0): CallFrame => ({
  _tag: 'Fragment',
  id,
  payload: bytesOf(size, first),
})

/** An item, or the last part of one. */
export const next = (id: number, size: number, first = 0): CallFrame => ({
  _tag: 'Next',
  id,
  payload: bytesOf(size, first),
})

/** What a call came to. */
export interface Outcome {
  readonly items: Uint8Array[]
  end: 'complete' | { readonly _tag: string; readonly message: string } | undefined
}

/** A plain consumer that writes down what it gets. */
export const written = (paced?: true): Outcome & Consumer<unknown> & { readonly sizes: number[] } => {
  const outcome: Outcome & Consumer<unknown> & { sizes: number[] } = {
    items: [],
    sizes: [],
    end: undefined,
    next: (value, size) => {
      outcome.items.push(value as Uint8Array)
      outcome.sizes.push(size)
    },
    error: error => (outcome.end = error as { _tag: string; message: string }),
    complete: () => (outcome.end = 'complete'),
    ...(paced === undefined ? {} : { paced }),
  }
  return outcome
}

/** Frames in short: a letter and the call's id, with the size of the payload. */
export const drawn = (frames: readonly CallFrame[]): readonly string[] =>
  frames.map(frame => {
    const size = 'payload' in frame && frame.payload.length > 0 ? ` ${frame.payload.length}` : ''
    const credit = frame._tag === 'Credit' ? ` ${frame.items}/${frame.bytes}` : ''
    const more = frame._tag === 'Open' && frame.more === true ? ' more' : ''
    return `${frame._tag} ${frame.id}${size}${credit}${more}`
  })

/** Takes every call of one end. */
export const takeAll = (hub: IncomingHub): IncomingCall[] => {
  const taken: IncomingCall[] = []
  hub.calls$.subscribe(call => taken.push(call))
  return taken
}

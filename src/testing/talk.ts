import { givesMany } from '../call/method-end.js'
import { contractsOf, type AnyContract } from '../contract/contract.js'
import { hex, sessionKeys } from '../session/proof.js'
import { isCallFrame, type CallFrame, type Frame, type Hello, type Open } from '../wire/frame.js'
import { helloBytes } from '../wire/hello-codec.js'
import {
  decodePayload,
  encodePayload,
  numberOf,
  PayloadCoders,
  servedMethod,
  type PayloadPart,
  type ServedMethod,
} from './recording/payload-coders.js'
import { joined } from './joined.js'

/** What is known of a call's frame beside what stands in it. */
export interface Reading {
  /** Of which contract, and of which method, the call is; `undefined` where its `Open` was not seen. */
  readonly contract: string | undefined
  readonly method: string | undefined
  /** The value that the frame carries, decoded: `undefined` where it carries none, or nobody knows the codec. */
  value(): { readonly value: unknown } | undefined
}

/** Coders for what is said of these contracts. */
export const codersOf = (contracts: AnyContract | readonly AnyContract[] = []): PayloadCoders =>
  new PayloadCoders(
    (Array.isArray(contracts) ? (contracts as readonly AnyContract[]) : [contracts as AnyContract]).flatMap(
      contractsOf,
    ),
  )

type End = 'dialled' | 'accepted'

const otherEnd = (end: End): End => (end === 'dialled' ? 'accepted' : 'dialled')

interface KnownCall {
  readonly opener: End
  readonly served: ServedMethod | undefined
  /** What each end has said of a payload that is not whole yet. */
  readonly parts: Readonly<Record<End, Uint8Array[]>>
}

/** Follows what both ends of one pipe say, so that payloads can be read as values. */
export class Talk {
  private readonly hellos: Partial<Record<End, Hello>> = {}
  private calls = new Map<number, KnownCall>()

  /**
   * @param coders - of the contracts that the ends speak; learns the descriptors that they send
   * @param earlier - the talks of older pipes, the newest last: a session that is resumed goes on with the calls of one
   */
  constructor(
    private readonly coders: PayloadCoders,
    private readonly earlier: readonly Talk[] = [],
  ) {}

  /** What an end said of itself. */
  hello(end: End): Hello | undefined {
    return this.hellos[end]
  }

  /** The number by which an end opens a method of the other's; `undefined` where the other does not serve it. */
  numberOf(method: string, by: End): number | undefined {
    const hello = this.hellos[otherEnd(by)]
    const offer = hello?.serves.find(({ methods }) => methods.includes(method))
    if (hello === undefined || offer === undefined) return undefined
    return numberOf(hello, { contract: offer.contract, method })
  }

  /** Whether many items come back from a method that an end opens. */
  answersMany(method: number, by: End): boolean {
    const hello = this.hellos[otherEnd(by)]
    const served = servedMethod(hello, method)
    const known = hello && served && this.coders.method(hello, served, 'output')
    return known !== undefined && givesMany(known.kind)
  }

  /** A value's payload, as an end says it on a call that is open; `undefined` where nobody knows the codec. */
  encode(value: unknown, by: End, id: number, isFailure = false): Uint8Array | undefined {
    const call = this.calls.get(id)
    const part: PayloadPart = isFailure ? 'failure' : by === call?.opener ? 'input' : 'output'
    return this.encodePart(value, by, call?.served, part)
  }

  /** The payload of a request, as an end opens a call with it. */
  encodeRequest(value: unknown, by: End, method: number): Uint8Array | undefined {
    return this.encodePart(value, by, servedMethod(this.hellos[otherEnd(by)], method), 'input')
  }

  private encodePart(
    value: unknown,
    by: End,
    served: ServedMethod | undefined,
    part: PayloadPart,
  ): Uint8Array | undefined {
    const writer = this.hellos[by]
    const coder = writer && served && this.coders.method(writer, served, part)?.coder(part)
    return coder === undefined ? undefined : encodePayload(coder, value)
  }

  /** Takes in the next frame of an end. Frames have to come in the order in which they were said. */
  read(frame: Frame, by: End): Reading | undefined {
    if (isCallFrame(frame)) return this.readCall(frame, by)
    if (frame._tag === 'Descriptors')
      for (const { fileDescriptorSet } of frame.contracts) this.coders.describe(fileDescriptorSet)
    if (frame._tag === 'Hello') {
      this.hellos[by] = frame
      if (frame.resume !== undefined) this.goOn(frame.resume.session)
    }
    return undefined
  }

  private goOn(session: Uint8Array): void {
    const id = hex(session)
    const before = this.earlier.findLast(talk => talk.sessionId === id)
    if (before === undefined) return
    this.calls = before.calls
    this.id = id
  }

  private id: string | undefined = undefined

  private get sessionId(): string | undefined {
    const { dialled, accepted } = this.hellos
    if (this.id === undefined && dialled !== undefined && accepted !== undefined)
      this.id = hex(sessionKeys(undefined, helloBytes(dialled), helloBytes(accepted)).id)
    return this.id
  }

  private readCall(frame: CallFrame, by: End): Reading {
    const call = frame._tag === 'Open' ? this.open(frame, by) : this.calls.get(frame.id)
    return new CallReading(
      frame,
      call,
      this.coders,
      this.hellos[by],
      call === undefined ? [] : partsBefore(frame, call.parts[by]),
      by,
    )
  }

  private open({ id, method }: Open, by: End): KnownCall {
    const served = servedMethod(this.hellos[otherEnd(by)], method)
    const call: KnownCall = { opener: by, served, parts: { dialled: [], accepted: [] } }
    this.calls.set(id, call)
    return call
  }
}

const none: readonly Uint8Array[] = []

/** Keeps a part of a payload, or gives those that the last one completes. */
const partsBefore = (frame: CallFrame, parts: Uint8Array[]): readonly Uint8Array[] => {
  if (frame._tag === 'Fragment') parts.push(frame.payload)
  const isLast = frame._tag === 'Next' || frame._tag === 'Reply'
  return isLast && parts.length > 0 ? parts.splice(0) : none
}

/** Read when somebody asks: most frames are never shown. */
class CallReading implements Reading {
  constructor(
    private readonly frame: CallFrame,
    private readonly call: KnownCall | undefined,
    private readonly coders: PayloadCoders,
    private readonly writer: Hello | undefined,
    private readonly before: readonly Uint8Array[],
    private readonly by: End,
  ) {}

  get contract(): string | undefined {
    return this.call?.served?.contract
  }

  get method(): string | undefined {
    return this.call?.served?.method
  }

  value(): { readonly value: unknown } | undefined {
    const { frame, before } = this
    switch (frame._tag) {
      case 'Open':
        return frame.more === true ? undefined : this.decode(frame.payload, 'input')
      case 'Next':
      case 'Reply':
        return this.decode(before.length === 0 ? frame.payload : joined([...before, frame.payload]), this.part)
      case 'Fail':
        return frame.failure === undefined ? undefined : this.decode(frame.failure, 'failure')
      default:
        return undefined
    }
  }

  private get part(): PayloadPart {
    return this.by === this.call?.opener ? 'input' : 'output'
  }

  private decode(payload: Uint8Array, part: PayloadPart): { readonly value: unknown } | undefined {
    const { writer, call, coders } = this
    if (writer === undefined || call?.served === undefined) return undefined
    const coder = coders.method(writer, call.served, part)?.coder(part)
    if (coder === undefined) return undefined
    try {
      return { value: decodePayload(coder, payload) }
    } catch {
      // bytes that are no value of the method's are shown as they are
      return undefined
    }
  }
}

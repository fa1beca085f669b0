import { equalBytes } from '../../session/proof.js'
import type { Hello } from '../../wire/frame.js'
import { decodePayload, type PayloadCoders, type PayloadPart, type ServedMethod } from './payload-coders.js'
import { sameValue, showValue } from './print-value.js'
import type { PipeEnd } from './recording.js'
import { metadataOf, type Utterance } from './utterance.js'

/** The call that something is said in. */
export interface CallPlace {
  readonly opener: PipeEnd
  readonly served: ServedMethod | undefined
}

const noBytes = new Uint8Array(0)

/** What one end's utterances carry: as it wrote when it was recorded, and as it writes now. */
export class CallPayloads {
  /** The `Hello` of the end, as it is now. */
  now: Hello | undefined = undefined

  /** @param then - its `Hello` in the recording */
  constructor(
    private readonly end: PipeEnd,
    private readonly then: Hello | undefined,
    private readonly coders: PayloadCoders,
  ) {}

  /** Whether the two say the same. When, and with what credit, does not count. */
  same(expected: Utterance, said: Utterance, call: CallPlace): boolean {
    const [a, b] = [expected.frame, said.frame]
    if (expected.tag !== said.tag) return false
    if (a._tag === 'Open' && b._tag === 'Open') {
      if (a.method !== b.method || (a.timeoutMs === undefined) !== (b.timeoutMs === undefined)) return false
      if (!expected.blanked && !sameValue({ ...metadataOf(expected) }, { ...metadataOf(said) })) return false
    }
    if (a._tag === 'Fail' && b._tag === 'Fail') {
      if (a.code !== b.code) return false
      if (expected.blanked) return true
      // texts of the library's own errors may change
      if (a.code === 'DEFECT') return a.name === b.name && a.message === b.message
      return this.samePayload('failure', a.failure ?? noBytes, b.failure ?? noBytes, call)
    }
    return expected.blanked || this.samePayload(this.partIn(call), expected.payload, said.payload, call)
  }

  /** What was recorded, in words. */
  recorded(utterance: Utterance, call: CallPlace): string {
    return this.show(utterance, call, this.then)
  }

  /** What is said now, in words. */
  said(utterance: Utterance, call: CallPlace): string {
    return this.show(utterance, call, this.now)
  }

  private partIn({ opener }: CallPlace): 'input' | 'output' {
    return opener === this.end ? 'input' : 'output'
  }

  private samePayload(part: PayloadPart, recorded: Uint8Array, said: Uint8Array, call: CallPlace): boolean {
    const isSame = equalBytes(recorded, said)
    if (isSame && this.isUnchanged(part, call)) return true
    const before = this.decode(part, recorded, call, this.then)
    const now = this.decode(part, said, call, this.now)
    return before === undefined || now === undefined ? isSame : sameValue(before.value, now.value)
  }

  /** Whether the end still writes as it did: otherwise the same bytes may mean something else. */
  private isUnchanged(part: PayloadPart, { served }: CallPlace): boolean {
    const find = (hello: Hello | undefined) =>
      (part === 'input' ? hello?.uses : hello?.serves)?.find(offer => offer.contract === served?.contract)?.fingerprint
    const [before, now] = [find(this.then), find(this.now)]
    return before === undefined || now === undefined || equalBytes(before, now)
  }

  private decode(
    part: PayloadPart,
    payload: Uint8Array,
    { served }: CallPlace,
    writer: Hello | undefined,
  ): { readonly value: unknown } | undefined {
    if (served === undefined || writer === undefined) return undefined
    const coder = this.coders.method(writer, served, part)?.coder(part)
    if (coder === undefined) return undefined
    try {
      return { value: decodePayload(coder, payload) }
    } catch {
      return undefined
    }
  }

  private show({ tag, frame, payload, blanked }: Utterance, call: CallPlace, writer: Hello | undefined): string {
    if (blanked) return `${tag}, whatever it carries`
    const shown = (part: PayloadPart, bytes: Uint8Array): string => {
      const decoded = this.decode(part, bytes, call, writer)
      return decoded === undefined ? `${bytes.length} bytes` : showValue(decoded.value)
    }
    if (frame._tag === 'Fail') {
      if (frame.failure !== undefined) return `Fail ${frame.code} ${shown('failure', frame.failure)}`
      return `Fail ${[frame.code, frame.name, frame.message].filter(Boolean).join(' ')}`
    }
    if (tag !== 'Open' && tag !== 'Next' && tag !== 'Reply') return tag
    const value = shown(this.partIn(call), payload)
    if (frame._tag !== 'Open') return `${tag} ${value}`
    const metadata = frame.metadata === undefined ? '' : ` with ${showValue({ ...frame.metadata })}`
    const limited = frame.timeoutMs === undefined ? '' : ', with a time-out'
    return `Open ${call.served?.method ?? `method ${frame.method}`} ${value}${metadata}${limited}`
  }
}

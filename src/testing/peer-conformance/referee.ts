import type { MethodKind } from '../../contract/method.js'
import type { Allowance, CallFrame, Frame, Open } from '../../wire/frame.js'
import { isCallFrame } from '../../wire/frame.js'

const most = 2 ** 31 - 1

/** What this end knows of one of its own calls. */
interface Own {
  readonly kind: MethodKind
  items: number
  bytes: number
  /** The far end has said its last of it. */
  ended: boolean
  /** This end has: what still comes crossed that on its way. */
  left: boolean
}

/**
 * Watches a whole conversation from one end, and finds what the far end may at no time do: send an item without credit,
 * a frame of a call that it has ended, one that the method's kind has no place for, an id that is not its to give.
 *
 * It knows what this end sent, so `say` is to be told all of it.
 */
export class Referee {
  private readonly own = new Map<number, Own>()
  private readonly theirs = new Map<number, { ended: boolean }>()
  private lastOfTheirs = 0
  private goodbye = false

  /**
   * @param parity - of this end's ids: 1 if it dialled, 0 otherwise
   * @param kindOf - of the far end's methods, by their position
   */
  constructor(
    private readonly parity: 0 | 1,
    private readonly kindOf: (method: number) => MethodKind | undefined,
  ) {}

  /** This end says that. */
  say(frame: Frame): void {
    if (!isCallFrame(frame)) return
    if (frame._tag === 'Open') {
      const kind = this.kindOf(frame.method)
      if (kind === undefined || kind === 'event') return
      this.own.set(frame.id, { kind, items: 0, bytes: 0, ended: false, left: false })
      this.grant(frame.id, frame.credit)
    } else if (frame._tag === 'Credit') this.grant(frame.id, frame)
    else if (frame.id % 2 === this.parity) {
      const call = this.own.get(frame.id)
      if (call !== undefined && (frame._tag === 'Cancel' || frame._tag === 'Fail')) call.left = true
    } else if (frame._tag !== 'Next') this.endTheirs(frame.id)
  }

  private grant(id: number, credit: Allowance | undefined): void {
    const call = this.own.get(id)
    if (call === undefined || credit === undefined) return
    call.items = Math.min(most, call.items + credit.items)
    call.bytes = Math.min(most, call.bytes + credit.bytes)
  }

  private endTheirs(id: number): void {
    const call = this.theirs.get(id)
    if (call !== undefined) call.ended = true
  }

  /** The far end says that. @returns the rule that it breaks */
  take(frame: Frame): string | undefined {
    if (this.goodbye) return `${frame._tag} comes behind a Goodbye`
    if (frame._tag === 'Goodbye') this.goodbye = true
    if (!isCallFrame(frame)) return undefined
    if (frame._tag === 'Open') return this.opened(frame)
    return frame.id % 2 === this.parity ? this.answered(frame) : this.called(frame)
  }

  private opened({ id }: Open): string | undefined {
    if (id % 2 === this.parity) return `Open has the id ${id}, which is this end's to give`
    if (id <= this.lastOfTheirs) return `Open has the id ${id}, which is not above ${this.lastOfTheirs}`
    this.lastOfTheirs = id
    this.theirs.set(id, { ended: false })
    return undefined
  }

  /** A frame of a call of the far end's own. */
  private called({ _tag, id }: CallFrame): string | undefined {
    if (!this.theirs.has(id)) return `${_tag} for call ${id}, which was never opened`
    return _tag === 'Reply' ? `${_tag} for call ${id}, from its caller` : undefined
  }

  /** A frame of a call of ours. */
  private answered(frame: CallFrame): string | undefined {
    const { _tag, id } = frame
    const call = this.own.get(id)
    // of methods that it does not have, and of events: nothing is known
    if (call === undefined) return _tag === 'Fail' ? undefined : `${_tag} for call ${id}, which awaits nothing`
    if (call.ended) return `${_tag} for call ${id}, which its server has ended`
    if (_tag === 'Fail') call.ended = true
    else if (_tag === 'Next' || _tag === 'Complete') {
      if (call.kind !== 'stream' && call.kind !== 'channel') return `${_tag} for a ${call.kind}`
      if (_tag === 'Complete') call.ended = true
      else return this.item(call, id, frame.payload.length)
    } else if (_tag === 'Reply') {
      if (call.kind !== 'request' && call.kind !== 'upload') return `${_tag} for a ${call.kind}`
      call.ended = true
    } else if (_tag === 'Credit') {
      if (call.kind !== 'upload' && call.kind !== 'channel') return `${_tag} for a ${call.kind}`
    } else if (_tag === 'Fragment') {
      if (call.kind === 'stream' || call.kind === 'channel') return this.item(call, id, frame.payload.length, 0)
    } else return `${_tag} for call ${id}, from its server`
    return undefined
  }

  private item(call: Own, id: number, length: number, items = 1): string | undefined {
    if (call.items <= 0 || call.bytes <= 0)
      return `an item, or a part of one, for call ${id} without credit (${call.items} items, ${call.bytes} bytes)`
    call.items -= items
    call.bytes -= length
    return undefined
  }
}

import type { CallFrame, Open } from '../wire/frame.js'
import type { CallsOptions } from './calls-options.js'
import { statusFrame } from './fail-frame.js'
import { IncomingCall } from './incoming-call.js'
import type { IncomingHub } from './incoming-hub.js'
import type { Line } from './line.js'
import { takesMany, type ServingEnd } from './method-end.js'

/** A method that this end serves, and who takes its calls. */
export interface Served {
  readonly end: ServingEnd
  readonly hub: IncomingHub
}

/** The calls that the far end makes on one connection. */
export class IncomingCalls {
  private readonly calls = new Map<number, IncomingCall>()
  private lastId = 0
  private refusing = false

  /** @param served - by their number, as our `Hello` counts them */
  constructor(
    private readonly line: Line,
    private readonly options: CallsOptions,
    private readonly served: readonly Served[],
  ) {}

  get size(): number {
    return this.calls.size
  }

  /** Gives a frame to its call, or begins a new one. */
  take(frame: CallFrame): void {
    const { id, _tag } = frame
    if (_tag === 'Open') return this.open(frame)
    const call = this.calls.get(id)
    if (call === undefined) {
      // a frame that crossed the end of its call is late, not wrong
      if (id > this.lastId) this.line.violated(`call ${id} was never opened, and got a ${_tag}`)
      return
    }
    switch (_tag) {
      case 'Next':
        return call.onNext(frame.payload)
      case 'Complete':
        return call.onComplete()
      case 'Cancel':
        return call.onCancel()
      case 'Credit':
        return call.onCredit(frame.items, frame.bytes)
      case 'Fail':
        return call.onFail(frame)
      case 'Reply':
      case 'Fragment':
        return this.line.violated(`call ${id} was opened by the far end, and got a ${_tag} from it`)
      default:
        _tag satisfies never
    }
  }

  forget(id: number): void {
    this.calls.delete(id)
  }

  /** Answers new calls with `GoingAway`. */
  refuse(): void {
    this.refusing = true
  }

  /** Ends what is due, and says when the next deadline is. */
  sweep(now: number): number {
    let next = Infinity
    for (const call of this.calls.values()) {
      call.expire(now)
      const due = call.dueAt
      if (due > now) next = Math.min(next, due)
    }
    return next
  }

  /** Ends every call as cancelled. */
  end(): void {
    this.refusing = true
    for (const call of [...this.calls.values()]) call.onCancel()
  }

  private open(frame: Open): void {
    const { id } = frame
    if (id <= this.lastId) return this.line.violated(`call ${id} was opened twice, or out of order`)
    this.lastId = id
    const served = this.served[frame.method]
    if (this.refusing) return this.line.send(statusFrame(id, 'GOING_AWAY'))
    if (served === undefined) return this.line.send(statusFrame(id, 'UNIMPLEMENTED'))
    const { end, hub } = served
    const isEvent = end.kind === 'event'
    if (!isEvent && this.calls.size >= this.options.accepts)
      return this.line.violated(`call ${id} is one more than the ${this.options.accepts} that this end takes at once`)
    if (end.mismatch !== undefined)
      return this.line.send(statusFrame(id, 'SCHEMA_MISMATCH', 'the serving end found a difference'))
    let request: unknown
    if (!takesMany(end.kind)) {
      try {
        request = this.line.read(end.decodeInput, frame.payload)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return this.line.send(statusFrame(id, 'INVALID_PAYLOAD', message))
      }
    }
    const now = this.line.now()
    const call = new IncomingCall(this.line, end, this.options.peer(), frame, request, now)
    // an event counts for nothing here: whoever sent it has forgotten it
    if (!isEvent) this.calls.set(id, call)
    if (!hub.deliver(call)) {
      this.calls.delete(id)
      this.line.send(statusFrame(id, 'UNIMPLEMENTED'))
    } else if (isEvent) call.heard()
    else this.watch(call, now)
  }

  private watch(call: IncomingCall, now: number): void {
    if (!call.taken) call.claimBy = now + this.options.claimWithin
    const due = call.dueAt
    if (due < Infinity) this.line.watch(due)
  }
}

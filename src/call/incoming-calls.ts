import { Reader } from '../protobuf/reader.js'
import { frameOf, type PayloadKind } from '../wire/frame-taker.js'
import type { CallFrame, Open, PayloadFrame } from '../wire/frame.js'
import { ArrivingRequests } from './arriving-requests.js'
import { CallTable } from './call-table.js'
import type { CallsOptions } from './calls-options.js'
import { statusFrame } from './fail-frame.js'
import { IncomingCall } from './incoming-call.js'
import type { IncomingHub } from './incoming-hub.js'
import type { IncomingMethods } from './incoming-methods.js'
import type { Line } from './line.js'
import { takesMany, type ServingEnd } from './method-end.js'

/** What this end serves, and who takes its calls. */
export interface Served {
  /** By their number, as our `Hello` counts them. */
  readonly ends: readonly ServingEnd[]
  readonly methods: IncomingMethods
}

/** The calls that the far end makes on one connection. */
export class IncomingCalls {
  private readonly calls = new CallTable<IncomingCall>()
  private lastId = 0
  private refusing = false
  /**
   * The call that is being handed over. Most have been answered once that is done, and have no place in the table: in one it would take
   * a tenth of what such a call costs, and four more places in memory.
   */
  private delivering: IncomingCall | undefined = undefined
  /** Whose method was called last, and who takes its calls: most are called again and again. */
  private lastEnd: ServingEnd | undefined = undefined
  private hub: IncomingHub | undefined = undefined
  /** Calls whose requests come in parts. */
  private arriving: ArrivingRequests | undefined = undefined

  constructor(
    private readonly line: Line,
    private readonly options: CallsOptions,
    private readonly served: Served,
  ) {}

  get size(): number {
    return this.calls.size + (this.delivering === undefined ? 0 : 1) + (this.arriving?.size ?? 0)
  }

  /** Gives a payload to its call. */
  takePayload(kind: PayloadKind, id: number, reader: Reader): void {
    const call = this.find(id)
    if (call === undefined) this.late(frameOf(kind, id, reader))
    else if (kind === 'Next') call.onNext(reader)
    else if (kind === 'Fragment') call.onFragment(reader)
    else this.line.violated(`call ${id} was opened by the far end, and got a ${kind} from it`)
  }

  /** Gives another frame to its call, or begins a new one. */
  take(frame: Exclude<CallFrame, PayloadFrame>): void {
    const { id, _tag } = frame
    if (_tag === 'Open') return this.open(frame, Reader.lent(frame.payload))
    const call = this.find(id)
    if (call === undefined) return this.late(frame)
    switch (_tag) {
      case 'Complete':
        return call.onComplete()
      case 'Cancel':
        return call.onCancel()
      case 'Credit':
        return call.onCredit(frame.items, frame.bytes)
      case 'Fail':
        return call.onFail(frame)
      default:
        _tag satisfies never
    }
  }

  /** A frame of a request that arrives in parts, or one that crossed the end of its call: that is late, not wrong. */
  private late(frame: CallFrame): void {
    if (this.arriving?.take(frame) === true) return
    if (frame.id > this.lastId) this.line.violated(`call ${frame.id} was never opened, and got a ${frame._tag}`)
  }

  private find(id: number): IncomingCall | undefined {
    return this.delivering?.id === id ? this.delivering : this.calls.get(id)
  }

  forget(id: number): void {
    if (this.delivering?.id === id) this.delivering = undefined
    else this.calls.delete(id)
  }

  /** Answers new calls with `GoingAway`. */
  refuse(): void {
    this.refusing = true
  }

  /** Ends what is due, and says when the next deadline is. */
  sweep(now: number): number {
    let next = this.arriving?.sweep(now) ?? Infinity
    for (const call of this.calls.all()) {
      call.expire(now)
      const due = call.dueAt
      if (due > now) next = Math.min(next, due)
    }
    return next
  }

  /** Ends every call as cancelled. */
  end(): void {
    this.refusing = true
    this.arriving?.clear()
    this.delivering?.onCancel()
    for (const call of this.calls.all()) call.onCancel()
  }

  /**
   * Begins a new call.
   *
   * @param reader - stands at its request, and ends with it
   */
  open(frame: Open, reader: Reader): void {
    const { id } = frame
    const size = reader.len - reader.pos
    if (id <= this.lastId) return this.line.violated(`call ${id} was opened twice, or out of order`)
    this.lastId = id
    const end = this.served.ends[frame.method]
    if (this.refusing) return this.line.send(statusFrame(id, 'GOING_AWAY'))
    if (end === undefined) return this.line.send(statusFrame(id, 'UNIMPLEMENTED'))
    const { calls, messageBytes } = this.options.own
    // an event counts for nothing here: whoever sent it has forgotten it
    if ((end.kind !== 'event' || frame.more === true) && this.size >= calls)
      return this.line.violated(`call ${id} is one more than the ${calls} that this end takes at once`)
    if (end.mismatch !== undefined)
      return this.line.send(statusFrame(id, 'SCHEMA_MISMATCH', 'the serving end found a difference'))
    if (size > messageBytes) return this.line.send(statusFrame(id, 'TOO_LARGE', String(messageBytes)))
    if (frame.more !== true) return this.begin(frame, end, reader)
    if (takesMany(end.kind) || size > 0)
      return this.line.violated(`call ${id} has no request that could follow in parts`)
    this.arriving ??= this.makeArriving()
    this.arriving.begin(frame)
  }

  private makeArriving(): ArrivingRequests {
    const { line, served } = this
    return new ArrivingRequests(line, {
      whole: open => this.begin(open, served.ends[open.method] as ServingEnd, Reader.create(open.payload)),
      tooLarge: (id, limit) => line.send(statusFrame(id, 'TOO_LARGE', String(limit))),
      late: id => line.send(statusFrame(id, 'TIMEOUT')),
    })
  }

  private begin(frame: Open, end: ServingEnd, reader: Reader): void {
    const { id } = frame
    let request: unknown
    if (!takesMany(end.kind)) {
      try {
        request = end.decodeInput(reader)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return this.line.send(statusFrame(id, 'INVALID_PAYLOAD', message))
      }
    }
    const now = this.line.now()
    const isEvent = end.kind === 'event'
    if (end !== this.lastEnd || this.hub === undefined) {
      this.lastEnd = end
      this.hub = this.served.methods.taking(end.name)
    }
    const place = frame.more === true ? frame.payload : undefined
    const call = new IncomingCall(this.line, end, this.options.peer(), frame, request, now, place)
    // a pipe may say more from within a handler
    if (this.delivering !== undefined) this.calls.add(this.delivering.id, this.delivering)
    this.delivering = isEvent ? undefined : call
    const isTaken = this.hub?.deliver(call) === true
    this.delivering = undefined
    if (!isTaken) this.line.send(statusFrame(id, 'UNIMPLEMENTED'))
    else if (isEvent) call.heard()
    if (!isTaken || isEvent || call.outcome !== undefined) return
    if (this.calls.get(id) === undefined) this.calls.add(id, call)
    if (!call.taken) call.claimBy = now + this.options.claimWithin
    const due = call.dueAt
    if (due < Infinity) this.line.watch(due)
  }
}

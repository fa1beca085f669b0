import type { ObservableInput } from 'rxjs'
import { BoundedBuffer, type BufferLimit } from '../flow/bounded-buffer.js'
import type { Reader } from '../protobuf/reader.js'
import type { PayloadKind } from '../wire/frame-taker.js'
import type { CallFrame, Metadata, Open, PayloadFrame } from '../wire/frame.js'
import { GoingAway, Overloaded, SchemaMismatch, TooLarge, Unimplemented } from './call-errors.js'
import { CallTable } from './call-table.js'
import { defaultTimeout, waitingBytes, type CallOptions, type CallsOptions } from './calls-options.js'
import { textBytes } from './cut-text.js'
import { invalidPayload } from './fail-frame.js'
import type { Line } from './line.js'
import { takesMany, type CallingEnd } from './method-end.js'
import { OutgoingCall } from './outgoing-call.js'
import { noFlow, type Consumer, type Flow } from './consumer.js'

const noBytes = new Uint8Array(0)
const none: ObservableInput<never> = []

/** A call that waits for the far end, or the pipe, to have room. */
interface Waiting {
  readonly call: OutgoingCall
  readonly payload: Uint8Array
  /** The far end takes no frame with all of it: the request follows in parts. */
  readonly inParts: boolean
  readonly metadata: Metadata | undefined
  readonly items: ObservableInput<unknown>
}

/** What stands around a name and its text, at most. */
const entryBytes = 20

const metadataBytes = (metadata: Metadata): number =>
  Object.entries(metadata).reduce((sum, [name, text]) => sum + entryBytes + textBytes(name) + textBytes(text), 0)

const openOf = (
  call: OutgoingCall,
  id: number,
  payload: Uint8Array,
  metadata: Metadata | undefined,
  now: number,
): Open => {
  const { method, credit } = call
  const timeoutMs = call.timeoutMs(now)
  return { _tag: 'Open', id, method: method.number as number, payload, credit, timeoutMs, metadata }
}

/** The calls that this end makes on one connection. */
export class OutgoingCalls {
  private readonly calls = new CallTable<OutgoingCall>()
  private readonly queue: BoundedBuffer<Waiting>
  /** How many calls the far end takes at once. */
  private readonly most: number
  private refusing = false

  constructor(
    private readonly line: Line & { readonly full: boolean },
    options: CallsOptions,
    private nextId: number,
  ) {
    this.queue = new BoundedBuffer({ items: options.waiting, bytes: waitingBytes })
    this.most = options.far.calls
  }

  get size(): number {
    return this.calls.size + this.queue.length
  }

  /** Calls a method for a consumer. What goes wrong before the call has left goes to the consumer as well. */
  open(method: CallingEnd, input: unknown, options: CallOptions, consumer: Consumer<unknown>): Flow {
    const many = takesMany(method.kind)
    const { metadata } = options
    const usual = method.kind === 'request' ? defaultTimeout : Infinity
    const afterMs = options.timeout ?? method.options.timeout ?? usual
    const now = afterMs === Infinity ? 0 : this.line.now()
    const deadline = now + afterMs
    let call: OutgoingCall
    let most: number
    try {
      const refusal = this.refusal(method)
      if (refusal !== undefined) throw refusal
      most = Math.min(this.line.wholeBytes, this.roomBeside(method, metadata))
      call = new OutgoingCall(
        this.line,
        method,
        consumer,
        afterMs,
        deadline,
        options.credit,
        options.buffer,
        options.borrow === true && consumer.paced !== true,
      )
    } catch (error) {
      consumer.error(error)
      return noFlow
    }
    if (many)
      this.submit({ call, payload: noBytes, inParts: false, metadata, items: input as ObservableInput<unknown> })
    else if (this.mayLeave) this.leave(call, input, metadata, most, now)
    else this.encoded(call, input, metadata, most)
    if (deadline < Infinity && !call.closed) this.line.watch(deadline)
    return call
  }

  /** Gives a payload to the call it answers. */
  takePayload(kind: PayloadKind, id: number, reader: Reader): void {
    const call = this.calls.get(id)
    if (call === undefined) this.late(id, kind)
    else if (kind === 'Next') call.onNext(reader)
    else if (kind === 'Reply') call.onReply(reader)
    else call.onFragment(reader)
  }

  /** Gives another frame to the call it answers. */
  take(frame: Exclude<CallFrame, PayloadFrame>): void {
    const { id, _tag } = frame
    const call = this.calls.get(id)
    if (call === undefined) {
      if (!this.late(id, _tag) && _tag === 'Open')
        this.line.violated(`call ${id} has an id that is for this end to give`)
      return
    }
    switch (_tag) {
      case 'Complete':
        return call.onComplete()
      case 'Fail':
        return call.onFail(frame)
      case 'Credit':
        return call.onCredit(frame.items, frame.bytes)
      case 'Open':
      case 'Cancel':
        return this.line.violated(`call ${id} was opened by this end, and got a ${_tag}`)
      default:
        _tag satisfies never
    }
  }

  /** A frame that crossed the end of its call is late, not wrong; `true`: this one is wrong. */
  private late(id: number, what: string): boolean {
    if (id < this.nextId) return false
    this.line.violated(`call ${id} was never opened, and got a ${what}`)
    return true
  }

  forget(id: number): void {
    this.calls.delete(id)
    if (this.queue.length > 0) this.launchWaiting()
  }

  /** Starts no new calls. */
  refuse(): void {
    this.refusing = true
  }

  /** Sends the calls that wait, as far as there is room. */
  launchWaiting(): void {
    while (this.hasRoom) {
      const first = this.queue.shift()
      if (first === undefined) return
      if (!first.call.closed) this.launch(first)
    }
  }

  /** Ends what is due, and says when the next deadline is. */
  sweep(now: number): number {
    let next = Infinity
    const look = (call: OutgoingCall) => {
      if (call.closed) return
      if (call.deadline <= now) call.expire()
      else next = Math.min(next, call.deadline)
    }
    for (const call of this.calls.all()) look(call)
    for (const { call } of [...this.queue]) look(call)
    return next
  }

  /** Ends every call with what `lost` says of it. */
  end(lost: (method: string, sent: 'no' | 'unknown') => Error): void {
    this.refusing = true
    const waiting = [...this.queue]
    this.queue.clear()
    for (const call of this.calls.all()) call.lost(lost(call.method.name, 'unknown'))
    for (const { call } of waiting) call.lost(lost(call.method.name, 'no'))
  }

  private refusal(method: CallingEnd): Error | undefined {
    if (this.refusing) return new GoingAway(method.name)
    if (method.number === undefined) return new Unimplemented(method.name)
    if (method.mismatch !== undefined) return new SchemaMismatch(method.name, method.mismatch)
    return undefined
  }

  /** Opens a call with a request that is encoded where it leaves from. */
  private leave(call: OutgoingCall, input: unknown, metadata: Metadata | undefined, most: number, now: number): void {
    const { method } = call
    const id = this.takeId()
    const isEvent = method.kind === 'event'
    call.id = id
    if (!isEvent) this.calls.add(id, call)
    let sent: number | Uint8Array
    try {
      sent = this.line.sendOpen(openOf(call, id, noBytes, metadata, now), method.encodeInput, input, most)
    } catch (error) {
      this.unopened(call)
      call.lost(invalidPayload(method.name, 'ours', error))
      return
    }
    // the connection may have ended with something that its encoding did
    if (call.closed) return
    if (typeof sent !== 'number') {
      this.unopened(call)
      this.submitPayload(call, sent, metadata, most)
      return
    }
    call.opened(id, none)
    if (isEvent) call.done()
  }

  private takeId(): number {
    const id = this.nextId
    this.nextId += 2
    return id
  }

  /** Nothing has left under the call's id; calls that were made meanwhile have later ones. */
  private unopened(call: OutgoingCall): void {
    const { id } = call
    call.id = 0
    if (this.nextId === id + 2) this.nextId = id
    this.forget(id)
  }

  /** A request of a call that waits is encoded at once: nobody can change it any more. */
  private encoded(call: OutgoingCall, input: unknown, metadata: Metadata | undefined, most: number): void {
    let payload: Uint8Array
    try {
      payload = this.line.write(call.method.encodeInput, input)
    } catch (error) {
      call.lost(invalidPayload(call.method.name, 'ours', error))
      return
    }
    this.submitPayload(call, payload, metadata, most)
  }

  private submitPayload(call: OutgoingCall, payload: Uint8Array, metadata: Metadata | undefined, most: number): void {
    const { messageBytes } = this.line
    if (payload.length > messageBytes) call.lost(new TooLarge(call.method.name, payload.length, messageBytes))
    else this.submit({ call, payload, inParts: payload.length > most, metadata, items: none })
  }

  /** How many bytes of a request have room in a frame beside its metadata, which cannot travel in parts. */
  private roomBeside(method: CallingEnd, metadata: Metadata | undefined): number {
    const { frameBytes } = this.line
    if (metadata === undefined) return frameBytes
    const bytes = metadataBytes(metadata)
    if (bytes > frameBytes) throw new TooLarge(method.name, bytes, frameBytes, 'metadata')
    return frameBytes - bytes
  }

  private get hasRoom(): boolean {
    return !this.line.full && this.calls.size < this.most
  }

  /** Whether a call may leave at once, and overtakes nobody. */
  private get mayLeave(): boolean {
    return this.queue.length === 0 && this.hasRoom
  }

  private submit(waiting: Waiting): void {
    if (this.mayLeave) return this.launch(waiting)
    const size = waiting.payload.length
    const { queue } = this
    if (queue.push(waiting, size)) return
    // calls that were given up while they waited make room
    queue.keep(({ call }) => !call.closed)
    if (queue.push(waiting, size)) return
    const { limit, unit } = queue.full as BufferLimit
    waiting.call.lost(new Overloaded(waiting.call.method.name, limit, unit === 'items' ? 'calls' : unit))
  }

  private launch({ call, payload, inParts, metadata, items }: Waiting): void {
    const { method } = call
    const id = this.takeId()
    const isEvent = method.kind === 'event'
    if (!isEvent || inParts) this.calls.add(id, call)
    const open = openOf(call, id, inParts ? noBytes : payload, metadata, this.line.now())
    if (inParts) {
      this.line.send({ ...open, more: true })
      return call.openedWith(id, payload)
    }
    this.line.send(open)
    this.line.release(payload)
    call.opened(id, items)
    if (isEvent) call.done()
  }
}

import type { Subscription } from 'rxjs'
import type { BufferOptions } from '../flow/bounded-buffer.js'
import { Budget } from '../flow/budget.js'
import { Reassembly } from '../flow/reassembly.js'
import type { Pipe } from '../pipe/pipe.js'
import { freshBytes } from '../protobuf/fresh-bytes.js'
import type { Reader } from '../protobuf/reader.js'
import { leastLength } from '../protobuf/least-length.js'
import { longBytes } from '../protobuf/long-bytes.js'
import type { Encode } from '../schema/codec.js'
import { release, writeOpen, writePayload } from '../wire/frame-outlet.js'
import { deliver } from '../wire/frame-source.js'
import type { FrameTaker, PayloadKind } from '../wire/frame-taker.js'
import { isPayload, type CallFrame, type Open, type PayloadFrame } from '../wire/frame.js'
import { payloads } from '../wire/payload-writer.js'
import type { CallOptions, CallsOptions } from './calls-options.js'
import { Deadlines } from './deadlines.js'
import { fittedFail } from './fail-frame.js'
import { IncomingCalls, type Served } from './incoming-calls.js'
import type { Line } from './line.js'
import type { CallingEnd } from './method-end.js'
import { OutgoingCalls } from './outgoing-calls.js'
import type { Consumer, Flow } from './consumer.js'
import { Turns, type Sender } from './turns.js'

/** What a frame may cost beside its payload and its texts, in bytes. */
const frameOverhead = 64

/**
 * Gives each frame to its call, of either end.
 *
 * One object, and none of {@link Calls} itself: of many clients whatever a frame passes has left the processor's cache by then.
 */
class Sorter implements FrameTaker<CallFrame> {
  constructor(
    /** Ids of the calls that this end makes, modulo 2. */
    private readonly ours: 0 | 1,
    private readonly outgoing: OutgoingCalls,
    private readonly incoming: IncomingCalls,
  ) {}

  payload(kind: PayloadKind, id: number, reader: Reader): void {
    // the lowest bit tells whose call it is, also of ids beyond 32 bits
    if ((id & 1) === this.ours) this.outgoing.takePayload(kind, id, reader)
    else this.incoming.takePayload(kind, id, reader)
  }

  open(open: Open, reader: Reader): void {
    if ((open.id & 1) === this.ours) this.outgoing.take(open)
    else this.incoming.open(open, reader)
  }

  frame(frame: CallFrame): void {
    if (isPayload(frame)) return
    if ((frame.id & 1) === this.ours) this.outgoing.take(frame)
    else this.incoming.take(frame)
  }

  // how the pipe ends is for the session to see, which then ends the calls
  error(): void {}
  complete(): void {}
}

/** All calls over one pipe of frames, both ways. */
export class Calls implements Line {
  readonly wholeBytes: number
  readonly frameBytes: number
  readonly partBytes: number
  readonly messageBytes: number
  readonly ownMessageBytes: number
  readonly stacks: boolean
  readonly buffer: BufferOptions
  private readonly outgoing: OutgoingCalls
  private readonly incoming: IncomingCalls
  private readonly turns: Turns
  private readonly budget: Budget
  private readonly deadlines: Deadlines
  private readonly subscription: Subscription
  private readonly frames: Pipe<CallFrame>['outgoing']
  /** Ids of the calls that this end makes, modulo 2. */
  private readonly ours: 0 | 1
  private ended = false
  private whenIdle: (() => void) | undefined = undefined

  constructor(
    readonly pipe: Pipe<CallFrame>,
    served: Served,
    private readonly options: CallsOptions,
  ) {
    const { far, own, fragmentBytes, reassemblyBytes, scheduler } = options
    const most = Math.max(1, far.frameBytes - frameOverhead)
    this.frames = pipe.outgoing
    this.frameBytes = most
    this.partBytes = Math.max(1, Math.min(fragmentBytes, most))
    // a chunk of 64 KiB is a payload of a few bytes more: it is not worth a second frame
    this.wholeBytes = Math.min(this.partBytes + (this.partBytes >> 6), most)
    this.messageBytes = far.messageBytes
    this.ownMessageBytes = own.messageBytes
    this.budget = new Budget(reassemblyBytes)
    this.stacks = options.stacks
    this.buffer = options.buffer
    this.ours = pipe.end === 'dialled' ? 1 : 0
    this.turns = new Turns(scheduler)
    this.outgoing = new OutgoingCalls(this, options, pipe.end === 'dialled' ? 1 : 2)
    this.incoming = new IncomingCalls(this, options, served)
    this.deadlines = new Deadlines(scheduler, now => Math.min(this.outgoing.sweep(now), this.incoming.sweep(now)))
    this.subscription = pipe.writable.subscribe({
      next: writable => {
        // a call that waits to be opened is short: what leaves in parts comes after it
        this.turns.setWritable(writable, () => this.outgoing.launchWaiting())
        // events are over as soon as they have left
        this.idleYet()
      },
      error: () => undefined,
    })
    this.subscription.add(deliver(pipe.incoming, new Sorter(this.ours, this.outgoing, this.incoming)))
  }

  /** Calls a method for a consumer. What goes wrong before the call has left goes to the consumer as well. */
  open(method: CallingEnd, input: unknown, options: CallOptions, consumer: Consumer<unknown>): Flow {
    return this.outgoing.open(method, input, options, consumer)
  }

  /** How many calls are open, both ways. */
  get size(): number {
    return this.outgoing.size + this.incoming.size
  }

  /** Bytes of messages that have arrived in part. */
  get partial(): number {
    return this.budget.held
  }

  /** Starts no new calls, and calls back once those in flight have ended. */
  close(whenIdle: () => void): void {
    this.outgoing.refuse()
    this.incoming.refuse()
    this.whenIdle = whenIdle
    this.idleYet()
  }

  /** Ends every call: those that this end made with what `lost` says, those that it serves as cancelled. */
  end(lost: (method: string, sent: 'no' | 'unknown') => Error): void {
    if (this.ended) return
    this.ended = true
    this.whenIdle = undefined
    this.subscription.unsubscribe()
    this.deadlines.stop()
    this.turns.stop()
    this.outgoing.end(lost)
    this.incoming.end()
  }

  send(frame: CallFrame): void {
    if (!this.ended) this.frames.next(frame._tag === 'Fail' ? fittedFail(frame, this.frameBytes) : frame)
  }

  sendPayload(frame: PayloadFrame): void {
    if (this.ended) return
    this.turns.spend(frame.payload.length)
    this.frames.next(frame)
  }

  write(encode: Encode<unknown>, value: unknown): Uint8Array {
    return payloads.write(encode, value)
  }

  sendValue(kind: 'Next' | 'Reply', id: number, encode: Encode<unknown>, value: unknown): number | Uint8Array {
    return this.ended ? 0 : writePayload(this.frames, kind, id, encode, value, this.wholeBytes)
  }

  spend(bytes: number): void {
    if (!this.ended) this.turns.spend(bytes)
  }

  sendOpen(open: Open, encode: Encode<unknown>, value: unknown, most: number): number | Uint8Array {
    return this.ended ? 0 : writeOpen(this.frames, open, encode, value, most)
  }

  release(payload: Uint8Array): void {
    release(this.frames, payload)
  }

  reassembly(borrows = false): Reassembly {
    return new Reassembly(this.budget, this.ownMessageBytes, {
      allocate: borrows ? longBytes : freshBytes,
      leastLength,
    })
  }

  /** Whether the pipe is full: new calls wait. */
  get full(): boolean {
    return this.turns.full
  }

  get busy(): boolean {
    return this.turns.busy
  }

  waitForTurn(sender: Sender): void {
    if (!this.ended) this.turns.wait(sender)
  }

  takeTurn(sender: Sender): void {
    if (!this.ended) this.turns.take(sender)
  }

  forgoTurn(sender: Sender): void {
    this.turns.forgo(sender)
  }

  forget(id: number): void {
    if (id % 2 === this.ours) this.outgoing.forget(id)
    else this.incoming.forget(id)
    if (this.whenIdle !== undefined) this.idleYet()
  }

  violated(rule: string): void {
    this.options.violated(rule)
  }

  watch(at: number): void {
    this.deadlines.watch(at)
  }

  now(): number {
    return this.options.scheduler.now()
  }

  private idleYet(): void {
    if (this.size > 0 || this.whenIdle === undefined) return
    const { whenIdle } = this
    this.whenIdle = undefined
    whenIdle()
  }
}

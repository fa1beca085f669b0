import { BehaviorSubject, Subject, type SchedulerLike, type Subscription } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import type { CallFrame, ResumeAsked } from '../wire/frame.js'
import type { KeptSession } from './handshake.js'
import type { SessionKeys } from './proof.js'
import { ReplayLog } from './replay-log.js'
import type { Session } from './session-options.js'

/** How a session outlives its pipes. */
export interface ContinuityOptions {
  /** How long it may be without a pipe, in milliseconds. */
  readonly windowMs: number
  /** Sent but unacknowledged frames that are kept, in bytes; at the limit writing waits. */
  readonly replayBytes: number
  /** Acknowledges at the latest after so many frames, */
  readonly ackEvery: number
  /** or so many bytes, */
  readonly ackBytes: number
  /** or so many milliseconds. */
  readonly ackAfterMs: number
  readonly scheduler: SchedulerLike
}

/** The usual: half a minute, 8 MiB. */
export const defaultContinuity: Omit<ContinuityOptions, 'scheduler'> = {
  windowMs: 30_000,
  replayBytes: 8 * 1024 * 1024,
  ackEvery: 128,
  ackBytes: 512 * 1024,
  ackAfterMs: 1_000,
}

/**
 * A session over more than one pipe: to the calls it is one pipe of frames that never breaks, only pauses.
 *
 * What is sent is kept until the far end has acknowledged it. After a reconnect both ends say how far they came, and
 * the rest is sent again: in order, nothing lost, nothing twice.
 *
 * @see proto/README.md, "Resumption"
 */
export class Continuity {
  /** What the calls see. */
  readonly pipe: Pipe<CallFrame>
  private readonly frames = new Subject<CallFrame>()
  private readonly outgoing = new Subject<CallFrame>()
  private readonly writable = new BehaviorSubject(false)
  private readonly log = new ReplayLog()
  private link: Session | undefined
  private linked: Subscription | undefined
  private linkWritable = false
  private window: Subscription | undefined
  private ackTimer: Subscription | undefined
  private received = 0
  private ackedAt = 0
  private bytesSinceAck = 0
  private epoch = 0
  private ended = false

  /**
   * @param lost - it can no longer go on: the window is over, or more is unacknowledged than may be kept
   */
  constructor(
    end: Pipe['end'],
    private readonly keys: SessionKeys,
    private readonly options: ContinuityOptions,
    private readonly lost: (error: unknown) => void,
  ) {
    this.pipe = { end, incoming: this.frames, outgoing: this.outgoing, writable: this.writable }
    this.outgoing.subscribe({ next: frame => this.send(frame), error: () => undefined })
  }

  /** The session as hexadecimal digits: a key of tables. */
  get id(): string {
    return Array.from(this.keys.id, byte => byte.toString(16).padStart(2, '0')).join('')
  }

  /** What to ask for, on the end that dials, with the next pipe. */
  ask(): { readonly asked: ResumeAsked; readonly secret: Uint8Array } {
    this.epoch++
    return {
      asked: { session: this.keys.id, epoch: this.epoch, position: this.received },
      secret: this.keys.secret,
    }
  }

  /** What the end that was dialled keeps. */
  get kept(): KeptSession {
    return { secret: this.keys.secret, epoch: this.epoch }
  }

  get isAttached(): boolean {
    return this.link !== undefined
  }

  /** Lets go of the pipe for a newer one, and says how far it came. */
  freeze(epoch: number): number {
    this.epoch = epoch
    const { link } = this
    this.unlink()
    link?.supersede()
    return this.received
  }

  /**
   * Goes on with a pipe.
   *
   * @param position - how many of our frames the far end has taken in
   */
  attach(link: Session, position: number): void {
    if (this.ended) return
    if (!this.log.acknowledge(position)) {
      link.violated(`a position of ${position} is not between ${this.log.acknowledged} and ${this.log.sent}`)
      return
    }
    this.window?.unsubscribe()
    this.link = link
    this.linked = link.pipe.incoming.subscribe({ next: frame => this.take(frame), error: () => undefined })
    this.linked.add(link.acks$.subscribe({ next: at => this.acknowledged(at), error: () => undefined }))
    for (const frame of this.log.unacknowledged()) link.pipe.outgoing.next(frame)
    this.ackedAt = this.received
    this.bytesSinceAck = 0
    this.linked.add(
      link.pipe.writable.subscribe({
        next: writable => {
          this.linkWritable = writable
          this.tellWritable()
        },
        error: () => undefined,
      }),
    )
  }

  /** The pipe is gone: waits for another one, as long as the window is open. */
  detach(error: unknown): void {
    if (this.ended || this.link === undefined) return
    this.unlink()
    this.window = this.options.scheduler.schedule(() => this.lose(error), this.options.windowMs)
  }

  /** Nobody needs this session any more. */
  end(): void {
    this.ended = true
    this.unlink()
    this.window?.unsubscribe()
    this.log.clear()
    this.frames.complete()
  }

  private lose(error: unknown): void {
    if (this.ended) return
    this.end()
    this.lost(error)
  }

  private unlink(): void {
    this.link = undefined
    this.linkWritable = false
    this.linked?.unsubscribe()
    this.ackTimer?.unsubscribe()
    this.ackTimer = undefined
    this.tellWritable()
  }

  private send(frame: CallFrame): void {
    if (this.ended) return
    this.log.append(frame)
    this.link?.pipe.outgoing.next(frame)
    if (this.log.bytes > this.options.replayBytes) this.overfull()
  }

  /** Writing waits at the limit. Frames that cannot wait go on for a while; when they do not stop, resuming is given up. */
  private overfull(): void {
    if (this.writable.value) this.writable.next(false)
    if (this.link === undefined && this.log.bytes > 2 * this.options.replayBytes)
      this.lose(new RangeError(`more than ${2 * this.options.replayBytes} bytes wait for a new pipe`))
  }

  private acknowledged(position: number): void {
    if (!this.log.acknowledge(position))
      this.link?.violated(`an Ack of ${position} is not between ${this.log.acknowledged} and ${this.log.sent}`)
    else if (!this.writable.value) this.tellWritable()
  }

  private tellWritable(): void {
    const writable = this.linkWritable && this.log.bytes <= this.options.replayBytes
    if (writable !== this.writable.value) this.writable.next(writable)
  }

  private take(frame: CallFrame): void {
    this.received++
    if ('payload' in frame) this.bytesSinceAck += frame.payload.length
    const { ackEvery, ackBytes, ackAfterMs, scheduler } = this.options
    if (this.received - this.ackedAt >= ackEvery || this.bytesSinceAck >= ackBytes) this.ack()
    else this.ackTimer ??= scheduler.schedule(this.ackLate, ackAfterMs)
    this.frames.next(frame)
  }

  private readonly ackLate = (): void => {
    this.ackTimer = undefined
    if (this.received > this.ackedAt) this.ack()
  }

  private ack(): void {
    this.ackedAt = this.received
    this.bytesSinceAck = 0
    this.link?.ack(this.received)
  }
}

import { BehaviorSubject, Subscription, type SchedulerLike } from 'rxjs'
import { Outlet } from '../pipe/outlet.js'
import type { Pipe } from '../pipe/pipe.js'
import { FrameRelay } from '../wire/frame-relay.js'
import { deliver } from '../wire/frame-source.js'
import type { CallFrame } from '../wire/frame.js'
import { hex } from './proof.js'
import { ReplayLog } from './replay-log.js'
import type { Asks, Kept, Session } from './session-options.js'

/** How a session outlives its pipes. */
export interface ContinuityOptions {
  /** How long it may be without a pipe, in milliseconds. */
  readonly windowMs: number
  /** Sent but unacknowledged frames that are kept, in bytes. */
  readonly replayBytes: number
  /**
   * What happens at that limit. `wait`: writing waits for an acknowledgement; frames that cannot wait, such as answers, go
   * on up to twice the limit. `giveUp`: the session goes on, and ends with its pipe. Past twice the limit it always does.
   */
  readonly whenFull: 'wait' | 'giveUp'
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
  whenFull: 'wait',
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
  /** The session as hexadecimal digits: a key of tables. */
  readonly id: string
  private readonly frames = new FrameRelay<CallFrame>()
  private readonly writable = new BehaviorSubject(false)
  private readonly log = new ReplayLog()
  private link: Session | undefined = undefined
  private linked: Subscription | undefined = undefined
  private linkWritable = false
  private writing = false
  private window: Subscription | undefined = undefined
  private ackTimer: Subscription | undefined = undefined
  private received = 0
  private ackedAt = 0
  private bytesSinceAck = 0
  private epoch: number
  private gaveUp = false
  private ended = false

  /**
   * @param session - what the two ends have agreed on, and the number of its first pipe
   * @param lost - it can no longer go on: the window is over, or more is unacknowledged than may be kept
   */
  constructor(
    end: Pipe['end'],
    private readonly session: Pick<Kept, 'keys' | 'judgement' | 'epoch'>,
    private readonly options: ContinuityOptions,
    private readonly lost: (error: unknown) => void,
  ) {
    this.id = hex(session.keys.id)
    this.epoch = session.epoch
    // values become frames here, with bytes of their own: they are kept until they are acknowledged
    const outgoing = new Outlet<CallFrame>({
      write: frame => this.send(frame),
      end: () => undefined,
      abort: () => undefined,
    })
    this.pipe = { end, incoming: this.frames.source, outgoing, writable: this.writable }
  }

  /** What to ask for, on the end that dials, with the next pipe; `undefined` when it cannot go on over another pipe. */
  ask(): Asks | undefined {
    this.epoch++
    const session = this.kept
    if (session === undefined) return undefined
    const { epoch, keys } = session
    return { asked: { session: keys.id, epoch, position: this.received, lacksVerdicts: false }, session }
  }

  /** What the end that was dialled keeps; `undefined` when it cannot go on over another pipe. */
  get kept(): Kept | undefined {
    if (this.gaveUp || this.ended) return undefined
    const { keys, judgement } = this.session
    return { keys, judgement, windowMs: this.options.windowMs, epoch: this.epoch, begun: true }
  }

  get isAttached(): boolean {
    return this.link !== undefined
  }

  /** How many of the far end's call frames this end has taken in. */
  get position(): number {
    return this.received
  }

  /** A pipe of that number takes over: no older one will. */
  supersededBy(epoch: number): void {
    this.epoch = epoch
  }

  /**
   * Goes on with a pipe.
   *
   * @param position - how many of our frames the far end has taken in
   */
  attach(link: Session, position: number): void {
    if (this.ended) return
    this.window?.unsubscribe()
    if (!this.log.acknowledge(position)) {
      link.violated(`a position of ${position} is not between ${this.log.acknowledged} and ${this.log.written}`)
      return
    }
    this.log.rewind()
    this.link = link
    this.ackedAt = this.received
    this.bytesSinceAck = 0
    const linked = new Subscription()
    this.linked = linked
    linked.add(
      deliver(link.pipe.incoming, {
        payload: (kind, id, reader) => {
          this.count(reader.len - reader.pos)
          this.frames.payload(kind, id, reader)
        },
        frame: frame => {
          this.count('payload' in frame ? frame.payload.length : 0)
          this.frames.frame(frame)
        },
        error: () => undefined,
        complete: () => undefined,
      }),
    )
    linked.add(link.acks$.subscribe({ next: at => this.acknowledged(at), error: () => undefined }))
    linked.add(
      link.pipe.writable.subscribe({
        next: writable => {
          if (this.link !== link) return
          this.linkWritable = writable
          if (writable) this.catchUp()
          this.tellWritable()
        },
        error: () => undefined,
      }),
    )
  }

  /** The pipe is gone, or is let go for a newer one: waits for that, as long as the window is open. */
  detach(error: unknown): void {
    if (this.ended || this.link === undefined) return
    this.unlink()
    if (this.gaveUp) this.lose(new RangeError('too much was unacknowledged to be kept for another pipe'))
    else this.window = this.options.scheduler.schedule(() => this.lose(error), this.options.windowMs)
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
    const { log } = this
    log.append(frame)
    // behind what is still to be sent again, if there is something
    if (this.link !== undefined && log.unwritten === 1 && !this.writing) {
      log.next()
      this.link.pipe.outgoing.next(frame)
    }
    if (log.bytes > this.options.replayBytes) this.overfull()
  }

  /** Writes what another pipe has not carried over, while this one has room. */
  private catchUp(): void {
    if (this.writing) return
    this.writing = true
    while (this.link !== undefined && this.linkWritable && this.log.unwritten > 0)
      this.link.pipe.outgoing.next(this.log.next() as CallFrame)
    this.writing = false
    if (this.gaveUp) this.log.dropWritten()
  }

  private overfull(): void {
    const { log, options } = this
    if (this.gaveUp) log.dropWritten()
    else if (options.whenFull === 'giveUp' || log.bytes > 2 * options.replayBytes) this.giveUp()
    if (!this.ended) this.tellWritable()
  }

  private giveUp(): void {
    this.gaveUp = true
    if (this.link === undefined) this.lose(new RangeError(`${this.log.bytes} bytes wait for another pipe, too many`))
    else this.log.dropWritten()
  }

  private acknowledged(position: number): void {
    const { log } = this
    if (!log.acknowledge(position))
      this.link?.violated(`an Ack of ${position} is not between ${log.acknowledged} and ${log.written}`)
    else if (!this.writable.value) this.tellWritable()
  }

  private tellWritable(): void {
    const { log, linkWritable, options } = this
    const writable = linkWritable && log.unwritten === 0 && log.bytes <= options.replayBytes
    if (writable !== this.writable.value) this.writable.next(writable)
  }

  /** A frame has been taken in, with a payload of so many bytes. */
  private count(bytes: number): void {
    this.received++
    this.bytesSinceAck += bytes
    const { ackEvery, ackBytes, ackAfterMs, scheduler } = this.options
    if (this.received - this.ackedAt >= ackEvery || this.bytesSinceAck >= ackBytes) this.ack()
    else this.ackTimer ??= scheduler.schedule(this.ackLate, ackAfterMs)
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

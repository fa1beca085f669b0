import type { Observable, SchedulerLike, Unsubscribable } from 'rxjs'
import { borrow, type ByteTaker } from '../pipe/lending.js'
import { Outlet } from '../pipe/outlet.js'
import type { Layer, Pipe } from '../pipe/pipe.js'
import { FrameOutlet, type FrameSink } from './frame-outlet.js'
import type { FrameLimit } from './frame-limit.js'
import { FrameReader } from './frame-reader.js'
import { FrameSource } from './frame-source.js'
import type { FrameTaker } from './frame-taker.js'
import { FrameWriter } from './frame-writer.js'
import type { Frame } from './frame.js'
import { defaultLimits } from './hello-codec.js'
import type { BatchSink } from './slabs.js'
import { Lockstep } from './lockstep.js'

/** Where batches go: to the bytes of the pipe. */
class Batches implements BatchSink {
  readonly writeTwo: BatchSink['writeTwo'] = undefined
  readonly writeOwn: BatchSink['writeOwn'] = undefined

  constructor(private readonly bytes: Pipe['outgoing']) {
    if (bytes instanceof Outlet && bytes.gathers)
      this.writeTwo = (batch: Uint8Array, payload: Uint8Array) => bytes.nextTwo(batch, payload)
    if (bytes instanceof Outlet && bytes.takesOver) this.writeOwn = (batch: Uint8Array) => bytes.nextOwn(batch)
  }

  write(batch: Uint8Array): void {
    this.bytes.next(batch)
  }

  get idle(): boolean {
    return this.bytes instanceof Outlet && this.bytes.idle
  }
}

/** Frames, on their way to bytes. */
class Outward extends FrameWriter implements FrameSink<Frame> {
  /** Frames are not used again. */
  readonly idle = false

  constructor(
    private readonly bytes: Pipe['outgoing'],
    scheduler: SchedulerLike | undefined,
    merges: boolean,
    lockstep: Lockstep,
  ) {
    super(new Batches(bytes), scheduler, merges, lockstep)
  }

  write(frame: Frame): void {
    this.push(frame)
  }

  end(): void {
    this.flush(() => this.bytes.complete())
  }

  /** The last thing said may be why. */
  abort(error: unknown): void {
    this.flush(() => this.bytes.error(error))
  }
}

/** Bytes, on their way to frames. */
class Inward implements ByteTaker, Unsubscribable {
  private readonly reader: FrameReader
  private reading: Unsubscribable | undefined = undefined
  private over = false

  constructor(
    limit: number | FrameLimit,
    private readonly taker: FrameTaker,
    lockstep: Lockstep,
  ) {
    this.reader = new FrameReader(limit, taker, lockstep)
  }

  start(incoming: Observable<Uint8Array>): this {
    this.reading = borrow(incoming, this)
    if (this.over) this.unsubscribe()
    return this
  }

  next(chunk: Uint8Array, lent?: boolean): void {
    if (this.over) return
    try {
      this.reader.push(chunk, lent)
    } catch (error) {
      this.unsubscribe()
      this.taker.error(error)
    }
  }

  error(error: unknown): void {
    if (this.over) return
    this.unsubscribe()
    this.taker.error(error)
  }

  complete(): void {
    if (this.over) return
    this.unsubscribe()
    this.taker.complete()
  }

  unsubscribe(): void {
    this.over = true
    this.reader.stop()
    this.reading?.unsubscribe()
  }
}

/**
 * Turns a pipe of bytes into a pipe of frames.
 *
 * Frames of one tick share a write. Frames of kinds that are newer than this end are passed over. The payload of a frame that
 * comes in is a view of what is being read: it is good until `next` returns.
 *
 * @param limit - longest frame that is taken in, without its length, or what tells, for each frame anew; default 16 MiB
 * @param scheduler - its soonest turn is "the end of the tick"
 * @returns a layer whose `incoming` fails with {@link ProtocolViolation} when the bytes are no frames
 * @see proto/README.md, "Framing"
 */
export const framed =
  (limit: number | FrameLimit = defaultLimits.frameBytes, scheduler?: SchedulerLike): Layer<Uint8Array, Frame> =>
  pipe => {
    const lockstep = new Lockstep()
    return {
      ...pipe,
      outgoing: new FrameOutlet<Frame>(new Outward(pipe.outgoing, scheduler, pipe.merges === true, lockstep)),
      incoming: new FrameSource<Frame>(taker => new Inward(limit, taker, lockstep).start(pipe.incoming)),
    }
  }

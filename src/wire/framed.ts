import { asapScheduler, type Observable, type SchedulerLike, type Unsubscribable } from 'rxjs'
import { borrow, type ByteTaker } from '../pipe/lending.js'
import { Outlet } from '../pipe/outlet.js'
import type { Layer, Pipe, TickEnd } from '../pipe/pipe.js'
import { FrameOutlet, type FrameSink } from './frame-outlet.js'
import type { FrameLimit } from './frame-limit.js'
import { FrameReader } from './frame-reader.js'
import { FrameSource } from './frame-source.js'
import type { FrameTaker } from './frame-taker.js'
import { FrameWriter } from './frame-writer.js'
import type { Frame } from './frame.js'
import { defaultLimits } from './hello-codec.js'
import { Lockstep } from './lockstep.js'

const nothing = (): void => undefined

/** Where batches go, of a pipe that is not this library's; how it ends is told to the pipe itself. */
const outletTo = (bytes: Pipe['outgoing']): Outlet<Uint8Array> =>
  new Outlet<Uint8Array>({ write: batch => bytes.next(batch), end: nothing, abort: nothing })

/**
 * Frames, on their way to bytes.
 *
 * It is the writer, not one that has one: of many clients each object on the way of a frame is to be fetched from memory again.
 */
class Outward extends FrameWriter implements FrameSink<Frame> {
  constructor(
    private readonly bytes: Pipe['outgoing'],
    atTickEnd: (waiting: TickEnd) => void,
    merges: boolean,
    lockstep: Lockstep,
  ) {
    super(bytes instanceof Outlet ? bytes : outletTo(bytes), atTickEnd, merges, lockstep)
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

/** Bytes, on their way to frames: it is the reader, as {@link Outward} is the writer. */
class Inward extends FrameReader implements ByteTaker, Unsubscribable {
  private reading: Unsubscribable | undefined = undefined
  private over = false

  constructor(
    limit: number | FrameLimit,
    private readonly frames: FrameTaker,
    lockstep: Lockstep,
  ) {
    super(limit, frames, lockstep)
  }

  start(incoming: Observable<Uint8Array>): this {
    this.reading = borrow(incoming, this)
    if (this.over) this.unsubscribe()
    return this
  }

  next(chunk: Uint8Array, lent?: boolean): void {
    if (this.over) return
    try {
      this.push(chunk, lent)
    } catch (error) {
      this.unsubscribe()
      this.frames.error(error)
    }
  }

  error(error: unknown): void {
    if (this.over) return
    this.unsubscribe()
    this.frames.error(error)
  }

  complete(): void {
    if (this.over) return
    this.unsubscribe()
    this.frames.complete()
  }

  unsubscribe(): void {
    this.over = true
    this.stop()
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
 * @param scheduler - its soonest turn is "the end of the tick"; default the pipe's own, or else `asapScheduler`
 * @returns a layer whose `incoming` fails with {@link ProtocolViolation} when the bytes are no frames
 * @see proto/README.md, "Framing"
 */
export const framed =
  (limit: number | FrameLimit = defaultLimits.frameBytes, scheduler?: SchedulerLike): Layer<Uint8Array, Frame> =>
  pipe => {
    const lockstep = new Lockstep()
    const byScheduler = (waiting: TickEnd) => (scheduler ?? asapScheduler).schedule(() => waiting.tickEnded())
    const { atTickEnd = byScheduler }: Pick<Pipe, 'atTickEnd'> = scheduler === undefined ? pipe : {}
    return {
      ...pipe,
      outgoing: new FrameOutlet<Frame>(new Outward(pipe.outgoing, atTickEnd, pipe.merges === true, lockstep)),
      incoming: new FrameSource<Frame>(taker => new Inward(limit, taker, lockstep).start(pipe.incoming)),
    }
  }

import { freshBytes } from '../protobuf/fresh-bytes.js'
import { Writer } from '../protobuf/writer.js'
import { asapScheduler, type SchedulerLike, type Subscription } from 'rxjs'
import { writePayloadHead } from './call-frame-codec.js'
import { writeFrame } from './frame-codec.js'
import type { Fragment, Frame, Next, Reply } from './frame.js'

/** What is queued leaves as soon as it is that long. Measured: waiting for the whole tick makes the two ends take turns. */
const flushAt = 8 * 1024
const slabSize = 64 * 1024

/** Payloads from this length on are not copied into a batch. */
const apartFrom = 16 * 1024

const isLarge = (frame: Frame): frame is Next | Reply | Fragment =>
  (frame._tag === 'Next' || frame._tag === 'Reply' || frame._tag === 'Fragment') && frame.payload.length >= apartFrom

const freshSlab = (writer: Writer, size: number): void => {
  writer.buf = freshBytes(size)
  writer.pos = 0
}

/**
 * Writes frames into batches: a batch leaves when it has 8 KiB, else at the end of the tick.
 *
 * Batches are views of slabs that are filled once and never written again.
 */
export class FrameWriter {
  private writer = Writer.create()
  /** Where the batch at hand starts in the slab. */
  private start = 0
  private flushing: Subscription | undefined

  /**
   * @param emit - gets each batch
   * @param scheduler - its soonest turn is "the end of the tick"
   */
  constructor(
    private readonly emit: (batch: Uint8Array) => void,
    private readonly scheduler: SchedulerLike = asapScheduler,
  ) {
    freshSlab(this.writer, slabSize)
  }

  /** Queues a frame. One whose encoding throws leaves nothing behind, and the frames around it leave as they were. */
  push(frame: Frame): void {
    if (isLarge(frame)) {
      this.pushApart(frame)
      return
    }
    const before = this.writer.pos
    try {
      writeFrame(frame, this.writer)
    } catch (error) {
      this.rollBack(before)
      throw error
    }
    if (this.writer.pos - this.start >= flushAt) this.flush()
    else this.flushing ??= this.scheduler.schedule(this.endOfTick)
  }

  /** A long payload is not copied: it leaves as a batch of its own, right behind the rest of its frame. */
  private pushApart(frame: Next | Reply | Fragment): void {
    writePayloadHead(frame, this.writer)
    this.flush()
    this.emit(frame.payload)
  }

  /** Sends what is queued at once. */
  flush(): void {
    this.flushing?.unsubscribe()
    this.flushing = undefined
    const { writer, start } = this
    if (writer.pos === start) return
    const batch = writer.buf.subarray(start, writer.pos)
    // the rest of the slab serves the next batch, unless that batch would soon outgrow it
    if (writer.buf.length > slabSize || writer.pos > slabSize - 2 * flushAt) freshSlab(writer, slabSize)
    this.start = writer.pos
    this.emit(batch)
  }

  /** The writer is in the middle of a nested message: what was whole leaves, and it is not used again. */
  private rollBack(pos: number): void {
    this.writer.pos = pos
    this.flush()
    this.writer = Writer.create()
    freshSlab(this.writer, slabSize)
    this.start = 0
  }

  private readonly endOfTick = (): void => {
    this.flushing = undefined
    this.flush()
  }
}

import { freshBytes } from '../protobuf/fresh-bytes.js'
import type { Outlet } from '../pipe/outlet.js'
import { giveBack, longBytes } from '../protobuf/long-bytes.js'
import { Writer } from '../protobuf/writer.js'

/** Room for a chunk of 64 KiB, its frame, and what was queued before it. */
const slabSize = 80 * 1024

/** What a connection begins with while many others speak too; so short that Node takes it from a slab of its own. */
const sliverSize = 3 * 1024

/** Slabs that lie ready for any connection of this thread, and slabs that one connection may wait for. */
const most = 4

/** Payloads that are worth being used again: a half of the shortest of {@link longBytes}, which may be that much too long. */
const shortestReleased = 64 * 1024

const ready: Uint8Array[] = []
const noBytes = new Uint8Array(0)

/** How many connections have begun to speak since one was last done. */
let speaking = 0

const reuse = (slab: Uint8Array): void => {
  speaking = 0
  if (slab.length !== slabSize) giveBack(slab)
  else if (ready.length < most) ready.push(slab)
}

const writerOf = (buf: Uint8Array, pos: number): Writer => Object.assign(Writer.create(), { buf, pos })

/**
 * What a connection's batches are written into.
 *
 * A slab is written to again only once nothing holds on to its batches. Measured: with a fresh one for each 64 KiB, half of the
 * time of a stream of chunks went into collecting them. A connection that has nothing to say holds none, and where one tick has many
 * speak, each begins with a sliver: what is said to a thousand clients at once would else take 80 MiB, to be collected right after.
 */
export class Slabs {
  private writer = writerOf(noBytes, 0)
  /** Where the batch at hand starts in the slab. */
  private start = 0
  /** Full ones, whose batches may not be out yet. */
  private full: Uint8Array[] = []
  /** A payload that may not be out yet; weakly, since it may be long. */
  private released: WeakRef<Uint8Array> | undefined = undefined

  constructor(private readonly sink: Outlet<Uint8Array>) {}

  /** Bytes of the batch at hand. */
  get queued(): number {
    return this.writer.pos - this.start
  }

  /**
   * Where to write the next frame to.
   *
   * @param frame - room that it needs, in bytes; the slab grows where that is more than fits in one
   * @param batch - how long its batch may become: one that begins with it begins where all of it has room
   * @param known - how long it is about, where it is known to be long: it has memory of its own where the sink takes that over
   */
  room(frame: number, batch: number, known = 0): Writer {
    const { writer } = this
    if (this.released !== undefined && this.queued === 0 && this.sink.idle) this.clear()
    const apart = known > 0 && this.sink.takesOver
    const room = writer.pos === this.start ? Math.max(frame, batch) : frame
    if (apart || writer.buf.length - writer.pos < room) this.turn(frame, room, apart)
    return this.writer
  }

  /** Takes back what was written since; the writer may be in the middle of a message. */
  rollBack(pos: number): void {
    this.writer = writerOf(this.writer.buf, pos)
  }

  /**
   * Takes a payload out that was written at the end, together with its frame: it is the caller's from then on.
   *
   * @param slab - what the writer had before the payload was written
   */
  takeOut(frame: number, payload: number, slab: Uint8Array): Uint8Array {
    const { buf, pos } = this.writer
    if (buf.length === slabSize) {
      this.rollBack(frame)
      return new Uint8Array(buf.subarray(payload, pos))
    }
    // it has outgrown its slab, and the bytes are its own
    const { start } = this
    this.writer = writerOf(noBytes, 0)
    this.start = 0
    // where nothing has left from the slab nobody holds on to it
    if (start === 0 && slab !== buf) reuse(slab)
    if (start < frame) this.sink.next(buf.subarray(start, frame))
    return buf.subarray(payload, pos)
  }

  /** Nobody will look at this payload again, once what was written is out. */
  release(payload: Uint8Array): void {
    // nothing that is used again lies under a short one, and the engine keeps what a WeakRef was made of until the task ends
    if (payload.length < shortestReleased) return
    // a batch that was queued before it may lie beside it
    if (this.sink.idle) giveBack(payload)
    else this.released = new WeakRef(payload)
  }

  /**
   * Hands over the batch at hand.
   *
   * @param payload - what follows it, from elsewhere: it ends the last frame
   */
  leave(payload?: Uint8Array): void {
    const { writer, start, sink } = this
    const { buf, pos } = writer
    if (pos === start) return
    this.start = pos
    const batch = buf.subarray(start, pos)
    if (payload !== undefined) sink.nextTwo(batch, payload)
    // a slab is used again, and a sliver may lie beside what is not ours; of others whoever gets them gets all, and nobody has a part
    else if (
      buf.length === slabSize ||
      buf.length === sliverSize ||
      start > 0 ||
      pos < buf.length * 0.9 ||
      !sink.takesOver
    )
      sink.next(batch)
    else {
      writer.buf = noBytes
      writer.pos = this.start = 0
      sink.nextOwn(batch)
    }
    // something may have been queued meanwhile
    if (this.queued === 0 && sink.idle) this.clear()
  }

  /** Nothing holds on to anything that was written. */
  private clear(): void {
    const { writer, full } = this
    reuse(writer.buf)
    writer.buf = noBytes
    writer.pos = this.start = 0
    const released = this.released?.deref()
    if (released !== undefined) giveBack(released)
    this.released = undefined
    if (full.length === 0) return
    for (const slab of full) reuse(slab)
    this.full = []
  }

  private turn(frame: number, bytes: number, apart: boolean): void {
    const { writer, sink } = this
    if (writer.buf.length === sliverSize) return this.outgrow(bytes)
    const begins = writer.buf.length === 0
    this.leave()
    // what was said meanwhile may have turned already
    if (!apart && writer.buf.length - writer.pos >= bytes) return
    if (this.queued > 0) return this.outgrow(bytes)
    if (writer.buf.length > 0) {
      if (sink.idle) this.clear()
      // one that has outgrown its slab is left to the engine: it may be long
      else if (this.full.length < most && writer.buf.length === slabSize) this.full.push(writer.buf)
    }
    writer.pos = this.start = 0
    const sliver = begins && ++speaking > most && frame <= sliverSize
    if (apart) writer.buf = freshBytes(frame)
    else writer.buf = bytes > slabSize ? longBytes(bytes) : (ready.pop() ?? freshBytes(sliver ? sliverSize : slabSize))
  }

  /** Who has more to say than a sliver takes goes on in a slab, with the batch at hand. */
  private outgrow(bytes: number): void {
    const { writer, start } = this
    const size = this.queued + bytes
    const slab = size > slabSize ? longBytes(size) : (ready.pop() ?? freshBytes(slabSize))
    slab.set(writer.buf.subarray(start, writer.pos))
    writer.buf = slab
    writer.pos -= start
    this.start = 0
  }
}

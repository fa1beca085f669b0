import type { Outlet } from '../pipe/outlet.js'
import type { TickEnd } from '../pipe/pipe.js'
import { beginOpen, endOpen } from './call-frame-codec.js'
import { writeFrame } from './frame-codec.js'
import { isPayload, type Frame, type FrameHead, type Open } from './frame.js'
import type { PayloadKind } from './frame-taker.js'
import { beginPayload, endPayload, writePayloadHead } from './payload-frame.js'
import { payloads, type WriteValue } from './payload-writer.js'
import { Slabs } from './slabs.js'
import { Lockstep } from './lockstep.js'

/** What is queued leaves as soon as it is that long. Measured: waiting for the whole tick makes the two ends take turns. */
const flushAt = 8 * 1024

/**
 * The same for the first requests or answers of a tick, where batches merge on their way: so that the far end begins while this one
 * goes on. Streams do not take turns.
 *
 * Measured with 64 calls in flight, whose requests are 2 KiB: up to twice as many calls a second as in turns, and less CPU for each,
 * as neither end falls asleep. With 512 bytes there were fewer again.
 */
const firstFlushAt = 1024

/** What has to be queued at the least for it to leave with a frame of that kind, beside the limit. */
const leastOf = (kind: Frame['_tag']): number => (kind === 'Open' || kind === 'Reply' ? 0 : flushAt)

/** Within one tick each batch may be twice as long as the one before, up to that: one way, fewer writes do more. */
const flushAtMost = 64 * 1024

/** A payload that is so long leaves from where it lies, where the sink can do so: gathering two is cheaper than a copy then. */
const gatherFrom = 16 * 1024

/** Room that is made for a frame, beside its payload. */
const leastRoom = 1024

/** How long the payload of a value is about, where that is known, long, and no more than one frame takes; else 0. */
const knownLength = (value: unknown, most: number): number =>
  value instanceof Uint8Array && value.length >= gatherFrom && value.length < most ? value.length : 0

/**
 * Writes frames into batches: a batch leaves when it has 8 KiB, a first one maybe sooner, else at the end of the tick.
 *
 * Values are encoded where they leave from. A send made while encoding, from a getter say, is queued behind that value.
 */
export class FrameWriter implements TickEnd {
  private readonly slabs: Slabs
  private limit = flushAt
  /** Room for all of a batch. Not made anew for each frame: that alone was a tenth of what writing a small item costs. */
  private roomy = flushAt + leastRoom
  /** What has left in this tick, in bytes. */
  private sent = 0
  /** It is told when this tick has ended. */
  private waits = false
  private encoding = false
  private late: Frame[] | undefined = undefined
  /** What came behind a value that was being encoded, and all that was sent meanwhile: the end. */
  private last: (() => void) | undefined = undefined
  /** Length of the last payload: the next one is likely to be of its kind. */
  private lastSize = 0
  /** Length of the last request. */
  private lastRequest = 0

  /**
   * @param sink - gets each batch
   * @param atTickEnd - tells when the tick at hand has ended
   * @param merges - what leaves apart is read together by a far end that is behind: see `Pipe`
   * @param lockstep - hears from whoever reads what the far end answers; where batches merge nobody asks it
   */
  constructor(
    private readonly sink: Outlet<Uint8Array>,
    private readonly atTickEnd: (waiting: TickEnd) => void,
    private readonly merges = false,
    private readonly lockstep = new Lockstep(),
  ) {
    this.slabs = new Slabs(sink)
    this.limitTo(merges ? firstFlushAt : flushAt)
  }

  /** Queues a frame. One whose encoding throws leaves nothing behind, and the frames around it leave as they were. */
  push(frame: Frame): void {
    if (this.encoding) {
      ;(this.late ??= []).push(frame)
      return
    }
    const long = isPayload(frame) && frame.payload.length >= gatherFrom && this.sink.gathers
    const size = 'payload' in frame && !long ? frame.payload.length : 0
    const writer = this.slabs.room(leastRoom + size, this.roomy)
    if (long) {
      writePayloadHead(frame, writer)
      this.slabs.leave(frame.payload)
      this.written()
      return
    }
    const before = writer.pos
    this.encoding = true
    try {
      writeFrame(frame, writer)
    } catch (error) {
      this.slabs.rollBack(before)
      throw error
    } finally {
      this.written(leastOf(frame._tag))
    }
  }

  /**
   * Queues a value as the payload of a frame. An encoder that throws leaves nothing behind.
   *
   * @param most - longest payload that may leave in one frame, in bytes
   * @returns how long it is; or the payload itself, where it is longer than `most` and nothing has been queued
   */
  pushPayload(kind: PayloadKind, id: number, encode: WriteValue, value: unknown, most: number): number | Uint8Array {
    if (this.encoding) return this.pushApart({ _tag: kind, id }, payloads.write(encode, value), most)
    const { slabs } = this
    const known = knownLength(value, most)
    const expected = known || this.lastSize
    const writer = slabs.room(leastRoom + expected, this.roomy, known)
    const before = writer.pos
    const slab = writer.buf
    const start = beginPayload(kind, id, expected, writer)
    this.encoding = true
    try {
      encode(value, writer)
      const size = writer.pos - start
      if (size > most) return slabs.takeOut(before, start, slab)
      this.lastSize = size
      endPayload(before, start, id, expected, writer)
      return size
    } catch (error) {
      slabs.rollBack(before)
      throw error
    } finally {
      this.written(leastOf(kind))
    }
  }

  /** The frames with this payload, or with parts of it, have been pushed, and nobody will look at it again. */
  release(payload: Uint8Array): void {
    // what came while a value is being encoded has not been written yet
    if (!this.encoding) this.slabs.release(payload)
  }

  /**
   * Queues a value as the request of a call, as `pushPayload` does it.
   *
   * @param open - the frame, without its payload
   */
  pushOpen(open: Open, encode: WriteValue, value: unknown, most: number): number | Uint8Array {
    this.lockstep.opened = open.id
    if (this.encoding) return this.pushApart(open, payloads.write(encode, value), most)
    const { slabs } = this
    const known = knownLength(value, most)
    const expected = known || this.lastRequest
    const writer = slabs.room(leastRoom + expected, this.roomy, known)
    const before = writer.pos
    const slab = writer.buf
    this.encoding = true
    try {
      const start = beginOpen(open, expected, writer)
      encode(value, writer)
      const size = writer.pos - start
      if (size > most) return slabs.takeOut(before, start, slab)
      this.lastRequest = size
      endOpen(size, expected, writer)
      return size
    } catch (error) {
      slabs.rollBack(before)
      throw error
    } finally {
      this.written(leastOf('Open'))
    }
  }

  /**
   * Sends what is queued at once; while a value is being encoded, once that is done.
   *
   * @param then - what comes behind it
   */
  flush(then?: () => void): void {
    if (this.encoding) {
      if (then !== undefined) this.last = then
      return
    }
    this.waits = true
    this.tickEnded()
    then?.()
  }

  /** What is queued leaves at that many bytes. */
  private limitTo(bytes: number): void {
    this.limit = bytes
    this.roomy = Math.max(bytes, flushAt) + leastRoom
  }

  private pushApart(head: FrameHead, payload: Uint8Array, most: number): number | Uint8Array {
    if (payload.length > most) return payload
    this.push({ ...head, payload })
    return payload.length
  }

  /**
   * A frame has been queued: it leaves at once where there is enough, else at the end of the tick.
   *
   * @param least - how much is enough at the soonest
   */
  private written(least = flushAt): void {
    this.encoding = false
    const { late, last } = this
    this.last = undefined
    if (late !== undefined) {
      this.late = undefined
      for (const frame of late) this.push(frame)
    }
    if (last !== undefined) {
      this.flush(last)
      return
    }
    const { queued } = this.slabs
    if (queued >= this.limit && queued >= least) {
      const enough = Math.max(this.limit, least)
      this.sent += queued
      this.limitTo(Math.min(Math.max(2 * enough, flushAt), flushAtMost))
      this.slabs.leave()
    }
    // also where all has left: the limit is one tick's
    if (this.waits) return
    this.waits = true
    this.atTickEnd(this)
  }

  /** Sends what is queued, unless that was sent early. */
  tickEnded(): void {
    if (!this.waits) return
    this.waits = false
    this.limitTo(this.merges ? firstFlushAt : (this.lockstep.endTick(this.sent + this.slabs.queued) ?? flushAt))
    this.sent = 0
    this.slabs.leave()
  }
}

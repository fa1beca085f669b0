import type { Subject } from 'rxjs'
import { Outlet, type OutletSink } from '../pipe/outlet.js'
import type { Frame, FrameHead, Open } from './frame.js'
import type { PayloadKind } from './frame-taker.js'
import { payloads, type WriteValue } from './payload-writer.js'

/** Where a {@link FrameOutlet} leads. */
export interface FrameSink<F extends Frame> extends OutletSink<F> {
  /** See {@link writePayload}. */
  pushPayload(kind: PayloadKind, id: number, encode: WriteValue, value: unknown, most: number): number | Uint8Array
  /** See {@link writeOpen}. */
  pushOpen(open: Open, encode: WriteValue, value: unknown, most: number): number | Uint8Array
  /** See {@link release}. */
  release(payload: Uint8Array): void
  /**
   * What lies below a sink that only hands values on: until the event loop has its turn they may be written there, while nobody watches
   * here. Asking is a sign of life.
   *
   * Measured: a small item costs the end that sends it a tenth less that way.
   */
  below?(): Subject<Frame> | undefined
}

/** The `outgoing` of a pipe of frames, which also writes values with no object for the frame, and no bytes between. */
export class FrameOutlet<F extends Frame = Frame> extends Outlet<F> {
  /** @param sink - where it leads; values go there directly, but only while nobody watches, who would have to see a frame */
  constructor(override readonly sink: FrameSink<F>) {
    super(sink)
  }

  /** See {@link release}; nothing, once somebody has watched, who may have kept it. */
  release(payload: Uint8Array): void {
    if (!this.seen) this.sink.release(payload)
  }
}

/**
 * Nobody will look at this payload again, all of which has been said: the memory that it lies in may be used anew.
 *
 * Where `outgoing` is not this library's, or keeps what is said, nothing comes of it.
 */
export const release = <F extends Frame>(outgoing: Subject<F>, payload: Uint8Array): void => {
  if (outgoing instanceof FrameOutlet) (outgoing as FrameOutlet<F>).release(payload)
}

/** Says a frame with a value that is encoded apart. */
const sayApart = <F extends Frame>(
  outgoing: Subject<F>,
  head: FrameHead,
  encode: WriteValue,
  value: unknown,
  most: number,
): number | Uint8Array => {
  const payload = payloads.write(encode, value)
  if (payload.length > most) return payload
  const frame: Frame = { ...head, payload }
  outgoing.next(frame as F)
  return payload.length
}

/** What takes values, while nobody watches, who would have to see a frame. */
export const sinkOf = <F extends Frame>(outgoing: Subject<F>): FrameSink<F> | undefined =>
  outgoing instanceof FrameOutlet && !outgoing.seen ? (outgoing as FrameOutlet<F>).sink : undefined

/**
 * Writes a value as the payload of a frame, straight into the batch that leaves next where that can be.
 *
 * @param most - longest payload that may leave in one frame, in bytes
 * @returns how long it is; or the payload itself, where it is longer than `most` and nothing has left
 * @throws what `encode` throws; nothing has left then
 */
export const writePayload = <F extends Frame>(
  outgoing: Subject<F>,
  kind: PayloadKind,
  id: number,
  encode: WriteValue,
  value: unknown,
  most: number,
): number | Uint8Array =>
  sinkOf(outgoing)?.pushPayload(kind, id, encode, value, most) ??
  sayApart(outgoing, { _tag: kind, id }, encode, value, most)

/**
 * Writes a value as the request of a call, straight into the batch that leaves next where that can be.
 *
 * @param open - the frame, without its payload
 * @param most - longest request that may leave in one frame, in bytes
 * @returns how long it is; or the request itself, where it is longer than `most` and nothing has left
 * @throws what `encode` throws; nothing has left then
 */
export const writeOpen = <F extends Frame>(
  outgoing: Subject<F>,
  open: Open,
  encode: WriteValue,
  value: unknown,
  most: number,
): number | Uint8Array =>
  sinkOf(outgoing)?.pushOpen(open, encode, value, most) ?? sayApart(outgoing, open, encode, value, most)

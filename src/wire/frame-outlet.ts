import type { Subject } from 'rxjs'
import { Outlet, type OutletSink } from '../pipe/outlet.js'
import type { Frame } from './frame.js'
import type { PayloadKind } from './frame-taker.js'
import { payloads, type WriteValue } from './payload-writer.js'

/** Writes a value as the payload of a frame. */
export type WritePayload = (
  kind: PayloadKind,
  id: number,
  encode: WriteValue,
  value: unknown,
  most: number,
) => number | Uint8Array

/** Where a {@link FrameOutlet} leads. */
export interface FrameSink<F extends Frame> extends OutletSink<F> {
  /** See {@link writePayload}. */
  readonly writePayload: WritePayload
}

/** The `outgoing` of a pipe of frames, which also writes values with no object for the frame, and no bytes between. */
export class FrameOutlet<F extends Frame = Frame> extends Outlet<F> {
  /** See {@link writePayload}; only while nobody watches, who would have to see a frame. */
  readonly writePayload: WritePayload

  constructor(sink: FrameSink<F>) {
    super(sink)
    this.writePayload = sink.writePayload
  }
}

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
): number | Uint8Array => {
  if (outgoing instanceof FrameOutlet && !outgoing.observed)
    return (outgoing as FrameOutlet<F>).writePayload(kind, id, encode, value, most)
  const payload = payloads.write(encode, value)
  if (payload.length > most) return payload
  const frame: Frame = { _tag: kind, id, payload }
  outgoing.next(frame as F)
  return payload.length
}

import type { Reader } from '../protobuf/reader.js'
import type { Fragment, Frame, Next, Reply } from './frame.js'

/** The frames that carry a payload and nothing else: most of all that is said. */
export type PayloadKind = (Next | Reply | Fragment)['_tag']

/**
 * Takes frames as they are cut out of the bytes, with no object for those that carry a payload alone.
 *
 * Measured: an object with a view of its payload costs three times what reading the frame costs.
 */
export interface FrameTaker<F extends Frame = Frame> {
  /**
   * A payload has come.
   *
   * @param reader - stands at the payload, and ends with it; it and its bytes are good until this returns
   */
  payload(kind: PayloadKind, id: number, reader: Reader): void
  /** Another frame has come; one with a payload comes as `payload`. */
  frame(frame: F): void
  error(error: unknown): void
  complete(): void
}

/** A payload as a frame. Its bytes are a view of what is being read. */
export const frameOf = (kind: PayloadKind, id: number, { buf, pos, len }: Reader): Next | Reply | Fragment => ({
  _tag: kind,
  id,
  payload: buf.subarray(pos, len),
})

import type { Reader } from '../protobuf/reader.js'
import type { Frame, Open, PayloadFrame } from './frame.js'

/** The frames that carry a payload and nothing else: most of all that is said. */
export type PayloadKind = PayloadFrame['_tag']

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
  /**
   * A call is opened. Who has no such method gets it as a frame.
   *
   * @param open - without its payload
   * @param reader - stands at the payload, and ends with it; it and its bytes are good until this returns
   */
  open?(open: Open, reader: Reader): void
  /** Another frame has come; one with a payload comes as `payload`. */
  frame(frame: F): void
  error(error: unknown): void
  complete(): void
}

/** The bytes of a payload: a view of what is being read. */
export const payloadOf = ({ buf, pos, len }: Reader): Uint8Array =>
  pos === 0 && len === buf.length ? buf : buf.subarray(pos, len)

/** Gives a frame that opens a call, whose payload the reader is at, to a taker. */
export const giveOpen = (open: Open, reader: Reader, taker: Pick<FrameTaker, 'open' | 'frame'>): void => {
  if (taker.open !== undefined) taker.open(open, reader)
  else taker.frame(openOf(open, reader))
}

/** The same with its payload, a view of what is being read. */
export const openOf = (open: Open, reader: Reader): Open =>
  reader.pos === reader.len ? open : { ...open, payload: payloadOf(reader) }

/** A payload as a frame. Its bytes are a view of what is being read. */
export const frameOf = (kind: PayloadKind, id: number, reader: Reader): PayloadFrame => ({
  _tag: kind,
  id,
  payload: payloadOf(reader),
})

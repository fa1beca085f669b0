import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'

/**
 * Writes a value as the fields of one protobuf message, at the writer's position and with no length in front.
 *
 * Throws {@link InvalidValue} for a value that the codec does not hold for; what was written by then stays, so the
 * caller remembers `writer.pos` and rolls back.
 */
export type Encode<A> = (value: A, writer: Writer) => void

/**
 * Reads one protobuf message, from `reader.pos` up to `reader.len`.
 *
 * Throws {@link InvalidValue} for bytes that are no message and for messages that hold no value of the codec.
 * Keeps not the reader, and of its buffer only what its `memory` allows.
 */
export type Decode<A> = (reader: Reader) => A

/** Both directions of one codec. */
export interface Coder<A> {
  readonly encode: Encode<A>
  readonly decode: Decode<A>
}

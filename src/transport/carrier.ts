import type { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'

/** What a platform tells about one two-way carrier of bytes. */
export interface CarrierEvents {
  /**
   * The far end said this.
   *
   * @param lent - whether the carrier reads into the same buffer again once this returns; without it the bytes are the reader's
   */
  chunk(bytes: Uint8Array, lent?: boolean): void
  /** The far end's half is over; nothing more will be read. */
  ended(): void
  /** The platform's buffer has room again. */
  drained(): void
  /** All is over, and nothing else will be told. Never called inside a call of the {@link Carrier}'s. */
  closed(error?: PipeError): void
}

/** What a platform must be able to do to carry a pipe: the whole of what a new transport has to write. */
export interface Carrier {
  /** Starts handing over, what waited first. Called at most once; a carrier that cannot wait hands over before. */
  read(): void
  /** Starts reading too, but what comes is dropped, so that the far end's end is noticed. Called instead of `read`. */
  discard(): void
  /** Writes now, without a copy; `false` asks for patience until `drained`. */
  write(bytes: Uint8Array): boolean
  /** The same for two that follow each other, in one go. Only where that is cheaper than a copy of both in one. */
  readonly writeTwo?: (first: Uint8Array, second: Uint8Array) => boolean
  /** The same for bytes whose buffer is the carrier's from then on. Only where that spares it a copy. */
  readonly writeOwn?: (bytes: Uint8Array) => boolean
  /** What the pipe says of itself. */
  readonly about?: Pick<Pipe, 'partBytes' | 'merges' | 'atTickEnd'>
  /** Whether all that was written is out, so that nothing holds on to its buffers. A carrier that cannot tell has no such member. */
  readonly idle?: boolean
  /** Ends our half once all is written. The far end's half goes on. */
  end(): void
  /** Closes both halves at once; `closed` follows. */
  destroy(): void
}

/** Makes a carrier that tells `events` what happens. */
export type OpenCarrier = (events: CarrierEvents) => Carrier

import type { Decode, Encode } from '../schema/codec.js'
import type { MethodKind, MethodOptions } from '../contract/method.js'
import type { MethodDifference } from './call-errors.js'

/** A method as the end that calls it sees it, for one session. */
export interface CallingEnd {
  readonly name: string
  readonly kind: MethodKind
  readonly options: MethodOptions
  /** Its position in the far end's `Hello`; `undefined` when the far end does not serve it. */
  readonly number: number | undefined
  readonly encodeInput: Encode<unknown>
  readonly decodeOutput: Decode<unknown>
  readonly decodeFailure: Decode<unknown> | undefined
  /** Set when the handshake found that the two ends cannot use the method: calls fail with these. */
  readonly mismatch: readonly MethodDifference[] | undefined
}

/** A method as the end that serves it sees it, for one session. */
export interface ServingEnd {
  readonly name: string
  readonly kind: MethodKind
  readonly options: MethodOptions
  readonly decodeInput: Decode<unknown>
  readonly encodeOutput: Encode<unknown>
  readonly encodeFailure: Encode<unknown> | undefined
  /** Whether an error is the method's own failure. */
  readonly isFailure: (error: unknown) => boolean
  readonly mismatch: readonly MethodDifference[] | undefined
}

/** Many items in, rather than one. */
export const takesMany = (kind: MethodKind): boolean => kind === 'upload' || kind === 'channel'

/** Many items out, rather than one. */
export const givesMany = (kind: MethodKind): boolean => kind === 'stream' || kind === 'channel'

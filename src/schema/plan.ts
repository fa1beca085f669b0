import type { Convert } from './scalar.js'
import type { Fallback, Literal, Scalar, StepType } from './type.js'

/**
 * How a reader's value is read from what a writer wrote: a reader's type resolved against a writer's, once.
 *
 * Everything that comes from the writer is a number, a kind or a literal of the reader's own; names were spent on the
 * resolution. A decoder is made of it, as generated code or as closures.
 */
export type Read =
  | {
      readonly op: 'scalar'
      readonly scalar: Scalar
      readonly convert: Convert
      readonly steps: readonly StepType[]
    }
  | { readonly op: 'enum'; readonly values: ReadonlyMap<number, ReadLiteral>; readonly fallback: Fallback | undefined }
  | { readonly op: 'message'; readonly message: ReadMessage; readonly steps: readonly StepType[] }
  | { readonly op: 'unknown'; readonly steps: readonly StepType[] }
  /** the writer's member is not ours: its bytes are skipped */
  | { readonly op: 'fallback'; readonly fallback: Fallback; readonly wire: ReadCase['wire'] }

/** What an enum's number is read as. */
export interface ReadLiteral {
  readonly value: Literal
  readonly steps: readonly StepType[]
}

/** One message of the writer's, read as one value of the reader's. */
export type ReadMessage =
  | {
      readonly shape: 'record' | 'tuple'
      /** the properties' names are the writer's: our codec takes anything */
      readonly foreign: boolean
      /** what is read, in the order of the writer's fields */
      slots: readonly ReadSlot[]
      /** what the value is made of, in the order of the reader's properties */
      props: readonly ReadProp[]
    }
  | {
      readonly shape: 'value'
      slots: readonly ReadSlot[]
    }

/** One field of the writer's, or the fields of one `oneof`. */
export interface ReadSlot {
  readonly layout: 'single' | 'repeated' | 'map' | 'constant'
  readonly cases: readonly ReadCase[]
  /** on the whole of an array or a dictionary */
  readonly steps: readonly StepType[]
  readonly holdsKey: ((key: string) => boolean) | undefined
  readonly absent: Absent
}

/** One field number of the writer's, and how what lies behind it is read. */
export interface ReadCase {
  readonly number: number
  /** the writer's wire type */
  readonly wire: 0 | 1 | 2 | 5
  readonly read: Read
}

/** What an absent field stands for. */
export type Absent =
  | { readonly is: 'missing' }
  | { readonly is: 'omitted' }
  | { readonly is: 'value'; readonly value: unknown; readonly steps: readonly StepType[] }

/** One property of the reader's: from a slot, or from nothing. */
export interface ReadProp {
  readonly key: string
  readonly slot: number
  /** where no slot fills it */
  readonly absent: Absent
}

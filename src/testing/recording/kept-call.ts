import type { CallFrame } from '../../wire/frame.js'
import type { ServedMethod } from './payload-coders.js'
import type { PipeEnd } from './recording.js'
import type { KeptFrame } from './recording-file.js'

/** What an entry of a recording takes beside its bytes, in memory. */
export const entryCost = 128

/** A frame that a recorder keeps, and its place among all that it keeps. */
export interface Entry extends KeptFrame {
  readonly seq: number
}

/** A pipe's own part of a call. */
export interface Placed<P> {
  readonly pipe: P
  entry: Entry
}

type PartFrame = CallFrame & { readonly payload: Uint8Array }

/** The frames of one call, as far as they are kept. */
export class KeptCall<P> {
  readonly placed: Placed<P>[] = []
  /** In bytes of memory. */
  cost = 0
  isOver = false
  /** Frames of a payload that is not whole yet, by whose it is; only where something may be taken out of them. */
  readonly parts: Record<PipeEnd, { readonly placed: Placed<P>; readonly frame: PartFrame }[]> = {
    dialled: [],
    accepted: [],
  }

  /** @param opener - the end that makes the call */
  constructor(
    readonly id: number,
    readonly opener: PipeEnd,
    readonly served: ServedMethod | undefined,
    private readonly isEvent: boolean,
  ) {}

  add(pipe: P, entry: Entry): Placed<P> {
    const placed = { pipe, entry }
    this.placed.push(placed)
    this.cost += entryCost + entry.bytes.length
    return placed
  }

  /** Whether that frame is the call's last. */
  endsWith(frame: CallFrame, by: PipeEnd): boolean {
    switch (frame._tag) {
      case 'Reply':
      case 'Fail':
      case 'Cancel':
        return true
      case 'Complete':
        return by !== this.opener
      case 'Open':
        return this.isEvent && frame.more !== true
      case 'Next':
        return this.isEvent
      default:
        return false
    }
  }
}

import type { CallFrame, Metadata } from '../../wire/frame.js'
import { joined } from '../joined.js'

/**
 * What an end says in a call, however many frames that took.
 *
 * Credit is none: it says when something may be said. What is in parts is whole here.
 */
export interface Utterance {
  readonly tag: Exclude<CallFrame['_tag'], 'Credit' | 'Fragment'>
  readonly id: number
  /** Empty where the kind has none. */
  readonly payload: Uint8Array
  /** The frame it came in; the first one of an `Open` whose request follows in parts. */
  readonly frame: Exclude<CallFrame, { readonly _tag: 'Credit' | 'Fragment' }>
  readonly blanked: boolean
}

/** What travels with an `Open`. */
export const metadataOf = ({ frame }: Utterance): Metadata => (frame._tag === 'Open' ? (frame.metadata ?? {}) : {})

const noBytes = new Uint8Array(0)

interface Pending {
  readonly open: Extract<CallFrame, { readonly _tag: 'Open' }> | undefined
  readonly parts: Uint8Array[]
  blanked: boolean
}

/** Makes utterances of what one end says. */
export class Utterances {
  private readonly pending = new Map<number, Pending>()

  /** @returns what is whole now; `undefined` when something is still to come, or the frame is credit */
  take(frame: CallFrame, blanked = false): Utterance | undefined {
    const { id } = frame
    switch (frame._tag) {
      case 'Credit':
        return undefined
      case 'Open':
        if (frame.more !== true) return { tag: 'Open', id, payload: frame.payload, frame, blanked }
        this.pending.set(id, { open: frame, parts: [], blanked })
        return undefined
      case 'Fragment': {
        const pending = this.pending.get(id) ?? { open: undefined, parts: [], blanked: false }
        // of a frame that was read the bytes are lent
        pending.parts.push(new Uint8Array(frame.payload))
        pending.blanked ||= blanked
        this.pending.set(id, pending)
        return undefined
      }
      case 'Next':
      case 'Reply': {
        const pending = this.pending.get(id)
        this.pending.delete(id)
        const payload = joined([...(pending?.parts ?? []), frame.payload])
        const told = pending?.open ?? frame
        return { tag: told._tag, id, payload, frame: told, blanked: blanked || pending?.blanked === true }
      }
      case 'Complete':
      case 'Fail':
      case 'Cancel':
        this.pending.delete(id)
        return { tag: frame._tag, id, payload: noBytes, frame, blanked }
    }
  }

  /** Whether the frames of that call that come next are its request. */
  isAsking(id: number): boolean {
    return this.pending.get(id)?.open !== undefined
  }
}

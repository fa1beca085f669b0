import type { Reassembly } from '../flow/reassembly.js'
import type { CallFrame, Open } from '../wire/frame.js'
import type { Line } from './line.js'

interface Arriving {
  readonly open: Open
  readonly reassembly: Reassembly
  /** By the line's clock; `Infinity`: none. */
  readonly deadline: number
}

/** What becomes of requests that arrive in parts. */
export interface Arrivals {
  /** The request is whole. */
  whole(open: Open): void
  /** It is longer than this end takes in. */
  tooLarge(id: number, limit: number): void
  /** Its deadline was over before it was whole. */
  late(id: number): void
}

/** Calls whose requests are still arriving, in parts. */
export class ArrivingRequests {
  private readonly calls = new Map<number, Arriving>()

  constructor(
    private readonly line: Line,
    private readonly arrivals: Arrivals,
  ) {}

  get size(): number {
    return this.calls.size
  }

  /** Begins with a request: its `Open` has come. */
  begin(open: Open): void {
    const deadline = open.timeoutMs === undefined ? Infinity : this.line.now() + open.timeoutMs
    this.calls.set(open.id, { open, reassembly: this.line.reassembly(true), deadline })
    if (deadline < Infinity) this.line.watch(deadline)
  }

  /**
   * Gives a frame to its request.
   *
   * @returns `false` when no request of that call is arriving
   */
  take(frame: CallFrame): boolean {
    const { id, _tag } = frame
    const arriving = this.calls.get(id)
    if (arriving === undefined) return false
    if (_tag === 'Fragment') {
      const limit = arriving.reassembly.add(frame.payload)
      if (limit !== undefined) this.refuse(id, limit)
    } else if (_tag === 'Next') {
      const joined = arriving.reassembly.join(frame.payload)
      if (typeof joined === 'number') this.refuse(id, joined)
      else {
        // the only part still lies where it was read
        const payload = joined === frame.payload ? new Uint8Array(joined) : joined
        this.calls.delete(id)
        this.arrivals.whole(shortened({ ...arriving.open, payload }, arriving.deadline - this.line.now()))
      }
    } else if (_tag === 'Cancel' || _tag === 'Fail') this.drop(id)
    else this.line.violated(`call ${id} got a ${_tag} in the middle of its request`)
    return true
  }

  /** Ends what is due, and says when the next deadline is. */
  sweep(now: number): number {
    let next = Infinity
    for (const [id, { deadline }] of this.calls) {
      if (deadline > now) next = Math.min(next, deadline)
      else {
        this.drop(id)
        this.arrivals.late(id)
      }
    }
    return next
  }

  /** Lets go of all of them. */
  clear(): void {
    for (const id of this.calls.keys()) this.drop(id)
  }

  private refuse(id: number, limit: number): void {
    this.drop(id)
    this.arrivals.tooLarge(id, limit)
  }

  private drop(id: number): void {
    this.calls.get(id)?.reassembly.drop()
    this.calls.delete(id)
  }
}

/** The time that a request took to arrive counts. */
const shortened = (open: Open, leftMs: number): Open =>
  open.timeoutMs === undefined ? open : { ...open, timeoutMs: Math.max(0, leftMs) }

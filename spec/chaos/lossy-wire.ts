import { BehaviorSubject, Observable, Subject, type SchedulerLike, type Subscriber } from 'rxjs'
import { PipeError, type Pipe, type Transport } from 'sluice'
import { FrameEnds } from '../../src/testing/faults/frame-ends.js'
import type { Chance } from './chance.js'

/** What became of the pipes of a run. */
export interface Toll {
  pipes: number
  cuts: number
  cutsInsideFrames: number
  byKind: Record<string, number>
}

/** How a pipe ends: both ends see it, one does, or nobody does. */
type CutKind = 'ended' | 'reset' | 'half' | 'silent'

interface Cut {
  readonly kind: CutKind
  /** After so many bytes of that direction. */
  readonly after: number
  readonly direction: 'up' | 'down'
}

const reset = () => new PipeError('reset', 'the wire was cut')

/** From then on the wire holds, so that every story comes to its end; in virtual milliseconds. */
const calmFrom = 6_000

/** One direction: bytes are delayed, split, held up, cut off. */
class Direction {
  readonly outgoing = new Subject<Uint8Array>()
  readonly writable = new BehaviorSubject(true)
  readonly boundaries = new FrameEnds()
  readonly incoming: Observable<Uint8Array>
  private reader: Subscriber<Uint8Array> | undefined
  private readonly waiting: (() => void)[] = []
  private freeAt = 0
  private carried = 0
  private dead = false
  /** Whether its writer has ended it, in order or not. */
  isOver = false

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly chance: Chance,
    private readonly delay: number,
    private readonly cutAfter: number,
    private readonly onCut: () => void,
    private readonly ended: (error?: unknown) => void,
  ) {
    this.incoming = new Observable(subscriber => {
      this.reader = subscriber
      for (const work of this.waiting.splice(0)) this.later(work)
      return () => {
        this.reader = undefined
      }
    })
    this.outgoing.subscribe({
      next: bytes => this.carry(bytes),
      error: (error: unknown) => {
        this.isOver = true
        this.end(reset())
        ended(error)
      },
      complete: () => {
        this.isOver = true
        this.end(undefined)
        ended()
      },
    })
  }

  /** Whether anybody still listens. */
  get isRead(): boolean {
    return this.reader?.closed === false
  }

  /** The reader sees the end after what is on its way. */
  end(error: unknown): void {
    this.inTurn(() => {
      const { reader } = this
      this.dead = true
      if (error === undefined) reader?.complete()
      else reader?.error(error)
    })
  }

  /** Nothing more arrives, and nobody is told. */
  silence(): void {
    this.dead = true
  }

  private carry(bytes: Uint8Array): void {
    const { chance } = this
    // a platform's buffer is full now and then
    if (chance.is(0.05) && this.writable.value) {
      this.writable.next(false)
      this.scheduler.schedule(() => this.writable.next(true), chance.int(1, 30))
    }
    for (let pos = 0; pos < bytes.length;) {
      const size = chance.is(0.3) ? chance.int(1, 40) : chance.int(100, 5_000)
      const part = bytes.subarray(pos, pos + size)
      pos += size
      this.inTurn(() => this.arrive(part))
    }
  }

  private arrive(bytes: Uint8Array): void {
    const left = this.cutAfter - this.carried
    const isCut = bytes.length >= left && this.scheduler.now() <= calmFrom
    const part = isCut ? bytes.subarray(0, Math.max(0, left)) : bytes
    this.carried += part.length
    this.boundaries.push(part)
    if (part.length > 0) this.reader?.next(part)
    if (isCut) this.onCut()
  }

  private inTurn(work: () => void): void {
    if (this.reader === undefined && this.freeAt === 0) this.waiting.push(work)
    else this.later(work)
  }

  /** In order: nothing overtakes what was said before it. */
  private later(work: () => void): void {
    const now = this.scheduler.now()
    const jitter = this.chance.is(0.2) ? this.chance.int(0, 5) : 0
    this.freeAt = Math.max(this.freeAt, now + this.delay + jitter)
    this.scheduler.schedule(() => {
      if (!this.dead) work()
    }, this.freeAt - now)
  }
}

/** A wire that is cut at random bytes, as often as is said; then it holds. */
export const lossyWire = (
  scheduler: SchedulerLike,
  chance: Chance,
  { cuts, outages, outageMs }: { readonly cuts: number; readonly outages: number; readonly outageMs: number },
): {
  readonly dial: Transport
  readonly pipes$: Transport
  readonly toll: Toll
  /** Pipes of the end that was dialled that it has neither ended nor let go of. */
  readonly held: () => number
} => {
  const toll: Toll = { pipes: 0, cuts: 0, cutsInsideFrames: 0, byKind: {} }
  const accepted$ = new Subject<Pipe>()
  const lanes: { readonly up: Direction; readonly down: Direction }[] = []
  let outagesLeft = outages
  let downUntil = 0
  const cutFor = (): Cut | undefined => {
    if (toll.cuts >= cuts || scheduler.now() > calmFrom) return undefined
    return {
      kind: chance.pick(['ended', 'reset', 'half', 'silent'] as const),
      direction: chance.pick(['up', 'down'] as const),
      // some within the handshake, most behind it
      after: chance.is(0.12) ? chance.int(1, 300) : chance.int(250, 1_400),
    }
  }
  const dial = new Observable<Pipe>(subscriber => {
    if (scheduler.now() < downUntil) {
      subscriber.error(new PipeError('refused', 'nobody listens there now'))
      return
    }
    toll.pipes++
    const cut = cutFor()
    const delay = chance.int(1, 8)
    const secret = new Uint8Array(32).fill(7)
    let open = 2
    const halfEnded = (isOurs: boolean) => (error?: unknown) => {
      if (isOurs && error !== undefined) subscriber.error(error)
      else if (--open === 0) subscriber.complete()
    }
    const cutNow = () => {
      if (cut === undefined || severed || scheduler.now() > calmFrom) return
      severed = true
      toll.cuts++
      toll.byKind[cut.kind] = (toll.byKind[cut.kind] ?? 0) + 1
      const hit = cut.direction === 'up' ? up : down
      if (hit.boundaries.insideFrame) toll.cutsInsideFrames++
      if (outagesLeft > 0 && chance.is(0.5)) {
        outagesLeft--
        downUntil = scheduler.now() + outageMs
      }
      if (cut.kind === 'silent') for (const lane of [up, down]) lane.silence()
      else if (cut.kind === 'half') hit.end(undefined)
      else for (const lane of [up, down]) lane.end(cut.kind === 'reset' ? reset() : undefined)
    }
    let severed = false
    const limit = (direction: Cut['direction']) => (cut?.direction === direction ? cut.after : Infinity)
    const up: Direction = new Direction(scheduler, chance, delay, limit('up'), cutNow, halfEnded(true))
    const down: Direction = new Direction(scheduler, chance, delay, limit('down'), cutNow, halfEnded(false))
    lanes.push({ up, down })
    subscriber.add(() => up.outgoing.complete())
    accepted$.next({ end: 'accepted', incoming: up.incoming, outgoing: down.outgoing, writable: down.writable, secret })
    subscriber.next({ end: 'dialled', incoming: down.incoming, outgoing: up.outgoing, writable: up.writable, secret })
  })
  const held = () => lanes.filter(({ up, down }) => !down.isOver || up.isRead).length
  return { dial, pipes$: accepted$, toll, held }
}

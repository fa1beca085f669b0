import { concatMap, defer, dematerialize, finalize, map, materialize, merge, of, Subject, timer } from 'rxjs'
import type { TestScheduler } from 'rxjs/testing'
import type { Layer, Pipe, Transport } from '../pipe/pipe.js'
import { memoryPipes } from '../transport/memory-pipes.js'
import { FrameReader } from '../wire/frame-reader.js'
import type { Frame } from '../wire/frame.js'
import { latency } from './faults/latency.js'

/** A frame, or an end, that was seen on a wire. */
export type Seen =
  | { readonly at: number; readonly frame: Frame }
  | { readonly at: number; readonly end: 'complete' | 'error'; readonly error?: unknown }

/** What one end of a wire has sent. */
export interface WireEnd {
  readonly seen: readonly Seen[]
}

/** How a wire behaves. */
export interface WireOptions {
  /** How long a chunk is on its way, in virtual milliseconds; default 10, so that cause and effect stand apart. */
  readonly latency?: number
  /** A fault at the end that dials, for each of its pipes; what it lets out is recorded. */
  readonly left?: Layer<Uint8Array, Uint8Array>
  /** A fault at the end that is dialled. */
  readonly right?: Layer<Uint8Array, Uint8Array>
  /** A fault at either end, nearer to the wire than those of one end: `cutAt` there cuts the pipe for both. */
  readonly both?: Layer<Uint8Array, Uint8Array>
}

/** Two ends of a pipe on virtual time. What either says is recorded, over every pipe that is dialled. */
export interface Wire {
  /** The end that dials. */
  readonly dial: Transport
  /** The end that is dialled. */
  readonly pipes$: Transport
  /** What the end that dials has sent. */
  readonly left: WireEnd
  /** What the other has sent. */
  readonly right: WireEnd
}

const recorded =
  (seen: Seen[], now: () => number) =>
  (pipe: Pipe): Pipe => {
    const reader = new FrameReader(Infinity, frame => void seen.push({ at: now(), frame }))
    pipe.outgoing.subscribe({
      next: bytes => reader.push(bytes),
      error: (error: unknown) => void seen.push({ at: now(), end: 'error', error }),
      complete: () => void seen.push({ at: now(), end: 'complete' }),
    })
    return pipe
  }

/** A dialler hears that its pipe broke as late as the pipe's reader does, and of this end's own abortion at once. */
const hearingLate =
  (ms: number) =>
  (dial: Transport): Transport =>
    defer(() => {
      const aborted$ = new Subject<never>()
      let hangUp = (): void => undefined
      // of its own: the pipe below may be gone before its end is heard of here
      const withOwnOutgoing = (pipe: Pipe): Pipe => {
        const outgoing = new Subject<Uint8Array>()
        outgoing.subscribe(pipe.outgoing)
        outgoing.subscribe({ error: (error: unknown) => aborted$.error(error) })
        hangUp = () => outgoing.complete()
        return { ...pipe, outgoing }
      }
      const late$ = dial.pipe(
        map(withOwnOutgoing),
        materialize(),
        concatMap(event => (event.kind === 'E' ? timer(ms).pipe(map(() => event)) : of(event))),
        dematerialize(),
        finalize(() => {
          aborted$.complete()
          hangUp()
        }),
      )
      return merge(aborted$, late$)
    })

const nothing: Layer<Uint8Array, Uint8Array> = pipe => pipe

/** Makes a wire on a test's virtual time. */
export const makeWire = (
  scheduler: TestScheduler,
  { latency: ms = 10, left: leftFault = nothing, right: rightFault = nothing, both = nothing }: WireOptions = {},
): Wire => {
  const { dial, pipes$ } = memoryPipes()
  const left: Seen[] = []
  const right: Seen[] = []
  const now = () => scheduler.now()
  const end = (seen: Seen[], fault: Layer<Uint8Array, Uint8Array>) => (pipes$: Transport) =>
    pipes$.pipe(map(pipe => fault(both(recorded(seen, now)(latency(ms)(pipe))))))
  return {
    dial: end(left, leftFault)(hearingLate(ms)(dial)),
    pipes$: end(right, rightFault)(pipes$),
    left: { seen: left },
    right: { seen: right },
  }
}

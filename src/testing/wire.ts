import { concatMap, defer, dematerialize, finalize, map, materialize, merge, of, Subject, timer } from 'rxjs'
import type { TestScheduler } from 'rxjs/testing'
import type { AnyContract } from '../contract/contract.js'
import type { Layer, Pipe, Transport } from '../pipe/pipe.js'
import { memoryPipes } from '../transport/memory-pipes.js'
import { latency } from './faults/latency.js'
import { Notes, type RecordedEnd } from './note-frames.js'
import { codersOf, Talk } from './talk.js'

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
  /** What the two ends speak, so that payloads are shown, and expected, as values. */
  readonly contracts?: AnyContract | readonly AnyContract[]
}

/** Two ends of a pipe on virtual time. What either says is recorded, over every pipe that is dialled. */
export interface Wire {
  /** The end that dials. */
  readonly dial: Transport
  /** The end that is dialled. */
  readonly pipes$: Transport
  /** What the end that dials has sent, and heard. */
  readonly left: RecordedEnd
  /** What the other has sent, and heard. */
  readonly right: RecordedEnd
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
  {
    latency: ms = 10,
    left: leftFault = nothing,
    right: rightFault = nothing,
    both = nothing,
    contracts,
  }: WireOptions = {},
): Wire => {
  const { dial, pipes$ } = memoryPipes()
  const coders = codersOf(contracts)
  const now = () => scheduler.now()
  const left = new Notes('left', now)
  const right = new Notes('right', now)
  const end = (notes: Notes, fault: Layer<Uint8Array, Uint8Array>) => {
    const talks: Talk[] = []
    const noted = (pipe: Pipe): Pipe => {
      const talk = new Talk(coders, [...talks])
      talks.push(talk)
      return notes.hearing(fault(both(notes.saying(latency(ms)(pipe), talk))), talk)
    }
    return map(noted)
  }
  return {
    dial: hearingLate(ms)(dial).pipe(end(left, leftFault)),
    pipes$: pipes$.pipe(end(right, rightFault)),
    left,
    right,
  }
}

import { Observable, Subject, Subscription } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Layer, Pipe } from '../../pipe/pipe.js'
import type { Fault } from './fault.js'
import { FrameEnds } from './frame-ends.js'
import { moments } from './moments.js'

/**
 * Where a pipe is cut.
 *
 * A text is a diagram whose first letter is the moment, from the subscription of `incoming` on; `when` is an Observable whose
 * first value is. `frame`: behind so many frames that have come in (on a pipe of frames, so many values); `byte`: behind so many
 * bytes, in the middle of a frame too.
 */
export type Cut =
  string | { readonly when: Observable<unknown> } | { readonly frame: number } | { readonly byte: number }

/** How a cut looks: as a plain end-of-file, which is what a killed process looks like, or as an error of the platform. */
export type CutLook = 'ended' | 'reset'

/** What of a chunk still comes in, and whether that was the last. */
type Measure = (value: unknown) => { readonly part: unknown; readonly isLast: boolean }

const byBytes = (count: number): Measure => {
  let left = count
  return value => {
    const bytes = value as Uint8Array
    const part = bytes.length > left ? bytes.subarray(0, left) : bytes
    left -= part.length
    return { part, isLast: left === 0 }
  }
}

const byFrames = (count: number): Measure => {
  const ends = new FrameEnds()
  let values = 0
  return value => {
    if (!(value instanceof Uint8Array)) return { part: value, isLast: ++values >= count }
    const part = value.subarray(0, ends.push(value, count))
    return { part, isLast: ends.frames >= count }
  }
}

const measureOf = (cut: Cut): Measure => {
  if (typeof cut !== 'string') {
    if ('byte' in cut) return byBytes(cut.byte)
    if ('frame' in cut) return byFrames(cut.frame)
  }
  return value => ({ part: value, isLast: false })
}

const isNothing = (cut: Cut): boolean =>
  typeof cut !== 'string' && (('byte' in cut && cut.byte <= 0) || ('frame' in cut && cut.frame <= 0))

/**
 * Cuts a pipe as the death of its far end does: nothing comes in any more, and what goes out goes nowhere.
 *
 * Put it on one end, and the other end sees how this one takes it; on both, and each sees the other die. In virtual time
 * `cutAt('40ms x')` cuts at 40 ms; a pipe that is dialled again is cut again, unless {@link onPipe} says which.
 *
 * @param cut - where
 * @param how - `ended`, the default, or `reset`: what the reader of `incoming` sees
 */
export function cutAt(cut: Exclude<Cut, { readonly byte: number }>, how?: CutLook): Fault
export function cutAt(cut: Cut, how?: CutLook): Layer<Uint8Array, Uint8Array>
export function cutAt(cut: Cut, how: CutLook = 'ended') {
  // a diagram that cannot be read fails where it is written
  const when$ = typeof cut === 'string' ? moments(cut) : 'when' in cut ? cut.when : undefined
  return <In, Out>(pipe: Pipe<In, Out>): Pipe<In, Out> => {
    const outgoing = new Subject<Out>()
    let severed = false
    outgoing.subscribe({
      next: value => {
        if (!severed) pipe.outgoing.next(value)
      },
      error: (error: unknown) => pipe.outgoing.error(error),
      complete: () => pipe.outgoing.complete(),
    })
    return {
      ...pipe,
      outgoing,
      incoming: new Observable<In>(subscriber => {
        const measure = measureOf(cut)
        const reading = new Subscription()
        subscriber.add(reading)
        const sever = (): void => {
          if (severed) return
          severed = true
          reading.unsubscribe()
          if (how === 'ended') subscriber.complete()
          else subscriber.error(new PipeError('reset', 'the pipe was cut: dial again'))
        }
        if (isNothing(cut)) {
          sever()
          return
        }
        const read = pipe.incoming.subscribe({
          next: value => {
            if (severed) return
            const { part, isLast } = measure(value)
            if (!(part instanceof Uint8Array) || part.length > 0) subscriber.next(part as In)
            if (isLast) sever()
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        })
        reading.add(read)
        if (when$ !== undefined) subscriber.add(when$.subscribe({ next: sever, error: sever }))
      }),
    }
  }
}

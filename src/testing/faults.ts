import { Observable, Subject } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Layer } from '../pipe/pipe.js'

/** Where a pipe is cut: after so many bytes have come in, or at a time of the clock that runs since subscription. */
export type Cut = { readonly byte: number } | { readonly when: Observable<unknown> }

/**
 * Cuts a pipe as the death of its far end does: nothing comes in any more, and what goes out goes nowhere.
 *
 * Put it on one end, and the other end sees how this one takes it; on both, and each sees the other die.
 *
 * @param cut - `byte`: after so many bytes of `incoming`, in the middle of a frame too; `when`: at the first value of an Observable
 * @param how - `ended`: as a plain end-of-file, which is what a killed process looks like; `reset`: with an error
 */
export const cutAt =
  (cut: Cut, how: 'ended' | 'reset' = 'ended'): Layer<Uint8Array, Uint8Array> =>
  pipe => {
    const outgoing = new Subject<Uint8Array>()
    let severed = false
    outgoing.subscribe({
      next: bytes => {
        if (!severed) pipe.outgoing.next(bytes)
      },
      error: (error: unknown) => pipe.outgoing.error(error),
      complete: () => pipe.outgoing.complete(),
    })
    return {
      ...pipe,
      outgoing,
      incoming: new Observable(subscriber => {
        let left = 'byte' in cut ? cut.byte : Infinity
        const sever = () => {
          if (severed) return
          severed = true
          if (how === 'ended') subscriber.complete()
          else subscriber.error(new PipeError('reset', 'the pipe was cut: dial again'))
        }
        subscriber.add(
          pipe.incoming.subscribe({
            next: bytes => {
              const part = bytes.length > left ? bytes.subarray(0, left) : bytes
              left -= part.length
              if (part.length > 0) subscriber.next(part)
              if (left === 0) sever()
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        )
        if ('when' in cut) subscriber.add(cut.when.subscribe({ next: sever, error: sever }))
      }),
    }
  }

/**
 * Cuts what comes in into chunks of other sizes: frames arrive in pieces, or several at once within a chunk.
 *
 * @param sizes - of the chunks in turn, in bytes, again and again; each 1 or more
 */
export const split =
  (sizes: readonly number[]): Layer<Uint8Array, Uint8Array> =>
  pipe => ({
    ...pipe,
    incoming: new Observable(subscriber => {
      let turn = 0
      return pipe.incoming.subscribe({
        next: bytes => {
          for (let pos = 0; pos < bytes.length && !subscriber.closed;) {
            const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1)
            subscriber.next(bytes.subarray(pos, pos + size))
            pos += size
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      })
    }),
  })

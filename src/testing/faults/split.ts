import { Observable } from 'rxjs'
import type { Layer } from '../../pipe/pipe.js'

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

import { NEVER, Observable, Subject } from 'rxjs'
import type { Layer } from '../../pipe/pipe.js'

/** When a pipe is severed: at the first value of an Observable, or once so many bytes have come in. */
export interface Severance {
  readonly at$?: Observable<unknown>
  readonly bytes?: number
  /** Whether this end's reader is told, by a plain end; otherwise both ends hear nothing any more. */
  readonly told: boolean
}

/** From a moment on nothing comes through, either way; the far end is not told. */
export const severed =
  ({ at$ = NEVER, bytes: most = Infinity, told }: Severance): Layer<Uint8Array, Uint8Array> =>
  pipe => {
    let through = true
    const outgoing = new Subject<Uint8Array>()
    outgoing.subscribe({
      next: bytes => {
        if (through) pipe.outgoing.next(bytes)
      },
      error: (error: unknown) => pipe.outgoing.error(error),
      complete: () => pipe.outgoing.complete(),
    })
    return {
      ...pipe,
      outgoing,
      incoming: new Observable(subscriber => {
        let left = most
        const sever = () => {
          through = false
          if (told) subscriber.complete()
        }
        subscriber.add(at$.subscribe({ next: sever, error: sever }))
        subscriber.add(
          pipe.incoming.subscribe({
            next: bytes => {
              if (!through) return
              const part = bytes.subarray(0, Math.min(bytes.length, left))
              left -= part.length
              if (part.length > 0) subscriber.next(part)
              if (left === 0) sever()
            },
            error: (error: unknown) => {
              if (through) subscriber.error(error)
            },
            complete: () => {
              if (through) subscriber.complete()
            },
          }),
        )
      }),
    }
  }

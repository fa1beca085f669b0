import { Observable, Subject, type Subscription } from 'rxjs'
import type { Pipe, Transport } from 'sluice'

/** A way aside, by which two programs tell each other of the pipes between them. */
export interface Aside {
  readonly post: (message: Told) => void
  readonly listen: (take: (message: Told) => void) => () => void
}

/** What is told: of which pipe, what, and with what. */
export type Told = readonly [pipe: string, what: string, value?: unknown]

/** What can be told of an error. */
const told = (error: unknown): unknown => {
  const { _tag, why, message } = error as { readonly _tag?: string; readonly why?: string; readonly message?: string }
  return { _tag, why, message }
}

/** Tells aside of every pipe of a transport, and does to them what it is told. */
export const shown = (pipes$: Transport, { post, listen }: Aside): Subscription => {
  const prefix = Math.random().toString(36).slice(2)
  let count = 0
  return pipes$.subscribe({
    next: pipe => {
      const id = `${prefix}-${(count += 1)}`
      listen(([name, what, value]) => {
        if (name !== id) return
        if (what === 'read') {
          pipe.incoming.subscribe({
            next: bytes => post([id, 'chunk', bytes]),
            error: (error: unknown) => post([id, 'error', told(error)]),
            complete: () => post([id, 'complete']),
          })
        } else if (what === 'say') pipe.outgoing.next(value as Uint8Array)
        else if (what === 'end') pipe.outgoing.complete()
        else if (what === 'abort') pipe.outgoing.error(new Error(String(value)))
      })
      post([id, 'pipe', pipe.end])
    },
    error: () => undefined,
  })
}

const mirrored = (id: string, end: Pipe['end'], { post, listen }: Aside): Pipe => {
  const outgoing = new Subject<Uint8Array>()
  outgoing.subscribe({
    next: bytes => post([id, 'say', bytes]),
    error: (error: unknown) => post([id, 'abort', String(error)]),
    complete: () => post([id, 'end']),
  })
  return {
    end,
    outgoing,
    writable: new Observable(subscriber => subscriber.next(true)),
    incoming: new Observable(subscriber => {
      subscriber.add(
        listen(([name, what, value]) => {
          if (name !== id) return
          if (what === 'chunk') subscriber.next(value as Uint8Array)
          else if (what === 'error') subscriber.error(value)
          else if (what === 'complete') subscriber.complete()
        }),
      )
      post([id, 'read'])
    }),
  }
}

/** The pipes that the far program tells of, as if they were here. */
export const seen = (aside: Aside): Transport =>
  new Observable(subscriber =>
    aside.listen(([id, what, value]) => {
      if (what === 'pipe') subscriber.next(mirrored(id, value as Pipe['end'], aside))
    }),
  )

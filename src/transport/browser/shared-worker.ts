import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import { emitHeld } from '../hold-pipe.js'
import { type EventSource, listenTo } from '../listen-to.js'
import type { MessagePortOptions, PortLike } from '../message-port.js'
import { defaultConnectWithin, greeted } from './greeted.js'
import { holdMortal } from './mortal-port.js'

/** A browser's `SharedWorker`. */
export interface SharedWorkerLike extends EventSource {
  readonly port: PortLike
}

/** Limits, and how bytes travel to a shared worker. */
export interface SharedWorkerOptions extends Pick<MessagePortOptions, 'transfer' | 'closeWithin'> {
  /** How long the worker may take to let this tab in by `tabs()`, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
}

/**
 * A tab's pipe to a worker that it shares with other tabs, `'dialled'`; the worker takes the other end by `tabs()`.
 *
 * The worker starts with the first tab that subscribes and ends with the last that is closed; browsers see to that. Each
 * subscription connects anew.
 *
 * @param make - names the worker: tabs that name the same script and name share it
 * @returns fails with `PipeError`: `'refused'` when the worker does not start or does not let this tab in, `'exited'` when it ended
 *
 * @example
 * ```ts
 * sharedWorker(() => new SharedWorker(new URL('./kitchen.js', import.meta.url), { type: 'module' }))
 *   .pipe(reconnect(exponential({ from: 50, to: 5_000 })), peer({ uses: Kitchen }))
 *   .subscribe(kitchen => kitchen.remote.howAreYou().subscribe(console.log))
 * ```
 */
export const sharedWorker = (make: () => SharedWorkerLike, options: SharedWorkerOptions = {}): Transport =>
  new Observable(subscriber => {
    const { connectWithin = defaultConnectWithin, ...facts } = options
    const worker = make()
    const { port } = worker
    subscriber.add(
      listenTo(worker, 'error', () => {
        const hint = 'see that its script is there and that the Content-Security-Policy allows it (worker-src)'
        subscriber.error(new PipeError('refused', `the shared worker did not start: ${hint}`))
      }),
    )
    subscriber.add(
      greeted(port, connectWithin, 'subscribe to tabs() in the first turn of the worker').subscribe({
        error: (error: unknown) => {
          port.close?.()
          subscriber.error(error)
        },
        complete: () => emitHeld(holdMortal(port, facts, { worker: true }), subscriber),
      }),
    )
  })

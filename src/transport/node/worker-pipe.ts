import type { Worker } from 'node:worker_threads'
import { Observable } from 'rxjs'
import type { Transport } from '../../pipe/pipe.js'
import { emitHeld, holdPipe } from '../hold-pipe.js'
import { type MessagePortOptions, portCarrier, type PortLike } from '../message-port.js'
import { brokenByExit, explainedByExit } from './explained-by-exit.js'
import { workerOffspring } from './worker-offspring.js'

/** A worker in the shape of a port; its exit closes it. */
export const workerPort = (worker: Worker): PortLike => ({
  postMessage: (message, transfer) => worker.postMessage(message, transfer as readonly ArrayBuffer[] | undefined),
  on: (type, listener) => worker.on(type === 'close' ? 'exit' : type, listener),
  off: (type, listener) => worker.off(type === 'close' ? 'exit' : type, listener),
})

/**
 * A pipe to a worker of your own making, `'dialled'`; the worker takes the other end by `fromParent()`.
 *
 * Ending the worker is yours to do; `spawn(module, { via: 'worker' })` does it for you. An exit that is not clean fails
 * this and `incoming` with `PipeError`, `why: 'exited'`, whose `cause` has the error that the worker did not catch.
 *
 * @param worker - just made; carries one pipe in its life
 *
 * @example
 * ```ts
 * workerPipe(new Worker(new URL('./kitchen.js', import.meta.url))).subscribe(pipe => pipe.outgoing.next(Uint8Array.of(1)))
 * ```
 */
export const workerPipe = (worker: Worker, options: MessagePortOptions = {}): Transport =>
  new Observable(subscriber => {
    const { exit$ } = workerOffspring(worker, 'the worker')
    const held = holdPipe(portCarrier(workerPort(worker), options), { end: 'dialled', ...options })
    const incoming = held.pipe.incoming.pipe(explainedByExit(exit$))
    const over$ = held.over$.pipe(brokenByExit(exit$))
    emitHeld({ ...held, over$, pipe: { ...held.pipe, incoming } }, subscriber)
  })

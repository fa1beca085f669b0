import { Observable } from 'rxjs'
import type { Transport } from '../../pipe/pipe.js'
import { PipeError } from '../../pipe/pipe-error.js'
import { emitHeld } from '../hold-pipe.js'
import type { MessagePortOptions, PortLike } from '../message-port.js'
import { globals } from './globals.js'
import { holdMortal } from './mortal-port.js'

/** The worker's own port; closing it would end the worker. */
const ownPort = (): PortLike => {
  // a page has a postMessage too, of another kind
  if (globals.postMessage === undefined || 'document' in globalThis) {
    throw new PipeError('misused', 'this is no dedicated worker: fromHost() is for the script of spawnWorker()')
  }
  return {
    postMessage: (message, transfer) => globals.postMessage?.(message, transfer ?? []),
    addEventListener: (type, listener) => globals.addEventListener?.(type, listener),
    removeEventListener: (type, listener) => globals.removeEventListener?.(type, listener),
  }
}

/**
 * A worker's end of `spawnWorker`: emits the pipe to the page or worker that made it, `'accepted'`, and lives as long as it.
 *
 * @example
 * ```ts
 * fromHost().pipe(peer({ serves: Kitchen }), mergeMap(page => serve(page, handlers))).subscribe()
 * ```
 */
export const fromHost = (options: Pick<MessagePortOptions, 'transfer' | 'closeWithin'> = {}): Transport =>
  new Observable(subscriber => {
    const met = (): void => emitHeld(held, subscriber)
    const held = holdMortal(ownPort(), { ...options, end: 'accepted' }, { worker: true, met })
    subscriber.add(() => held.hangUp())
  })

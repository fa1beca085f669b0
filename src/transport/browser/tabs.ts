import { map, Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import { listenTo } from '../listen-to.js'
import type { MessagePortOptions, PortLike } from '../message-port.js'
import { waitingRoom } from '../waiting-room.js'
import { globals } from './globals.js'
import { holdMortal } from './mortal-port.js'

/**
 * A shared worker's tabs: a listener that emits a pipe, `'accepted'`, for each `sharedWorker()` that connects, and never
 * completes. A tab that is closed ends its own pipe only.
 *
 * Subscribe in the first turn of the worker's script, before any `await`: tabs that came before are not seen.
 *
 * @example
 * ```ts
 * tabs().pipe(peer({ serves: Kitchen }), mergeMap(tab => serve(tab, handlers))).subscribe()
 * ```
 */
export const tabs = (options: Pick<MessagePortOptions, 'transfer' | 'closeWithin'> = {}): Transport =>
  new Observable(subscriber => {
    if (!('onconnect' in globalThis)) {
      subscriber.error(new PipeError('misused', 'this is no shared worker: tabs() is for the script of sharedWorker()'))
      return
    }
    const room = waitingRoom()
    subscriber.add(room.held$.pipe(map(({ pipe }) => pipe)).subscribe(subscriber))
    subscriber.add(
      listenTo(globals, 'connect', ({ ports: [port] }: { readonly ports: readonly PortLike[] }) => {
        if (port === undefined) return
        const met = (): void => (subscriber.closed ? held.hangUp() : room.admit(held))
        const held = holdMortal(port, { ...options, end: 'accepted' }, { worker: true, met })
      }),
    )
    subscriber.add(() => room.hangUp())
  })

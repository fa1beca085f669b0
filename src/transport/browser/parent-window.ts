import { map, Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { MessagePortOptions } from '../message-port.js'
import { waitingRoom } from '../waiting-room.js'
import { globals, type WindowLike } from './globals.js'
import { holdMortal } from './mortal-port.js'
import { checkOrigin, greet, onGreeting, type WindowPlace } from './window-hello.js'

/** Whose page embeds this one. */
export interface ParentWindowOptions extends WindowPlace, Pick<MessagePortOptions, 'transfer' | 'closeWithin'> {
  /** The other window; `window.parent` unless told. In a window that was opened by a page: `window.opener`. */
  readonly from?: WindowLike | null
}

/**
 * The pipes from the page that embeds this one, `'accepted'`: a listener that emits one for each `frameWindow()` there, and
 * never completes.
 *
 * @param options - `origin` is that of the embedding page; no other page is spoken to or heard
 * @returns fails with `PipeError`, `why: 'misused'`, where there is no such window, or when the origin is none
 *
 * @example
 * ```ts
 * parentWindow({ origin: 'https://app.example' }).pipe(peer({ serves: Plugin }), mergeMap(app => serve(app, handlers))).subscribe()
 * ```
 */
export const parentWindow = (options: ParentWindowOptions): Transport =>
  new Observable(subscriber => {
    const { origin, from = globals.parent, ...facts } = options
    checkOrigin(origin)
    if (from === null || from === undefined || (from as unknown) === globalThis) {
      throw new PipeError('misused', 'this page is in no frame: give { from: window.opener }, or embed it')
    }
    const room = waitingRoom()
    subscriber.add(room.held$.pipe(map(({ pipe }) => pipe)).subscribe(subscriber))
    subscriber.add(
      onGreeting(
        () => from,
        origin,
        (greeting, port) => {
          if (greeting === 'knock') greet(from, origin, 'here')
          else if (greeting === 'port' && port !== undefined)
            room.admit(holdMortal(port, { ...facts, end: 'accepted' }))
        },
      ),
    )
    subscriber.add(() => room.hangUp())
    greet(from, origin, 'listening')
  })

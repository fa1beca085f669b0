import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import { emitHeld, type HeldPipe } from '../hold-pipe.js'
import type { MessagePortOptions } from '../message-port.js'
import type { WindowLike } from './globals.js'
import { defaultConnectWithin } from './greeted.js'
import { holdMortal } from './mortal-port.js'
import { checkOrigin, greet, onGreeting, type WindowPlace } from './window-hello.js'

/** An iframe, or another window, such as what `window.open` returned. */
export type FrameLike = WindowLike | { readonly contentWindow: WindowLike | null }

/** Whose page is in the frame, and limits. */
export interface FrameWindowOptions extends WindowPlace, Pick<MessagePortOptions, 'transfer' | 'closeWithin'> {
  /** How long the frame's page may take to come to `parentWindow()`, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
}

const windowOf = (frame: FrameLike): WindowLike | null => ('contentWindow' in frame ? frame.contentWindow : frame)

/** Whether nothing has been loaded yet: a page of another origin does not let itself be asked. */
const isBlank = (other: WindowLike): boolean => {
  try {
    return (other as { readonly location?: { readonly href?: string } }).location?.href === 'about:blank'
  } catch {
    return false
  }
}

/**
 * A pipe to the page in an iframe, or in a window that this one opened, `'dialled'`; that page takes the other end by
 * `parentWindow()`, whenever it comes to it.
 *
 * A frame that is reloaded or closed breaks the pipe; dialling again waits for the page that comes next.
 *
 * @param frame - the iframe, loaded or not
 * @param options - `origin` is that of the page in the frame; no other page is spoken to or heard
 * @returns fails with `PipeError`: `'misused'` when the origin is none, `'refused'` when nobody comes in time
 *
 * @example
 * ```ts
 * frameWindow(iframe, { origin: 'https://plugin.example' })
 *   .pipe(reconnect(exponential({ from: 50, to: 5_000 })), peer({ uses: Plugin }))
 *   .subscribe(plugin => plugin.remote.start().subscribe())
 * ```
 */
export const frameWindow = (frame: FrameLike, options: FrameWindowOptions): Transport =>
  new Observable(subscriber => {
    const { origin, connectWithin = defaultConnectWithin, ...facts } = options
    checkOrigin(origin)
    let held: HeldPipe | undefined
    const limit = setTimeout(() => {
      const hint = 'see that its page calls parentWindow(), and that both origins are right'
      subscriber.error(new PipeError('refused', `${origin} did not answer within ${connectWithin} ms: ${hint}`))
    }, connectWithin)
    subscriber.add(() => clearTimeout(limit))
    subscriber.add(
      onGreeting(
        () => windowOf(frame),
        origin,
        greeting => {
          if (held !== undefined) {
            // a page that starts to listen is a new one
            if (greeting === 'listening') {
              held.pipe.outgoing.error(new PipeError('exited', 'the page in the frame was replaced: dial again'))
            }
          } else if (greeting === 'listening' || greeting === 'here') {
            const other = windowOf(frame)
            if (other === null) return
            clearTimeout(limit)
            const { port1, port2 } = new MessageChannel()
            held = holdMortal(port1, facts)
            greet(other, origin, 'port', port2)
            emitHeld(held, subscriber)
          }
        },
      ),
    )
    const other = windowOf(frame)
    // a page that is still to come says by itself that it listens
    if (other !== null && !isBlank(other)) greet(other, origin, 'knock')
  })

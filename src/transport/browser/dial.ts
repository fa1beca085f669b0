import { defer, Observable, throwError } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { ConnectionKey } from '../connection-key.js'
import { emitHeld, holdPipe } from '../hold-pipe.js'
import { readKey } from '../key-text.js'
import { listenTo } from '../listen-to.js'
import { globals } from './globals.js'
import { webSocketCarrier } from './web-socket-carrier.js'

/** How long connecting may take unless told otherwise, in milliseconds. */
const defaultConnectWithin = 10_000

/** Limits of a dialler. */
export interface DialOptions {
  /** How long connecting may take, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
  /** After unsubscribing: how long the pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
}

const opening = 0

const dialWebSocket = (url: string, secret: Uint8Array | undefined, options: DialOptions): Transport =>
  new Observable(subscriber => {
    const { connectWithin = defaultConnectWithin, closeWithin } = options
    const Socket = globals.WebSocket
    if (Socket === undefined) throw new PipeError('refused', 'there is no WebSocket here: dial from a page or a worker')
    const ws = new Socket(url)
    ws.binaryType = 'arraybuffer'
    const refuse = (reason: string): void => {
      const hint = 'see that its server runs, and that path, origin and Content-Security-Policy suit it'
      subscriber.error(new PipeError('refused', `could not connect to ${url} (${reason}): ${hint}`))
    }
    const limit = setTimeout(() => refuse(`not within ${connectWithin} ms`), connectWithin)
    const listeners = [
      listenTo(ws, 'close', ({ code }: { readonly code: number }) => refuse(`code ${code}`)),
      listenTo(ws, 'open', () => {
        letGo()
        const facts = { end: 'dialled', closeWithin, ...(secret === undefined ? {} : { secret }) } as const
        emitHeld(holdPipe(webSocketCarrier(ws), facts), subscriber)
      }),
    ]
    const letGo = (): void => {
      clearTimeout(limit)
      for (const unlisten of listeners) unlisten()
    }
    return () => {
      letGo()
      if (ws.readyState === opening) ws.close()
    }
  })

const keyOf = (text: string): Pick<ConnectionKey, 'scheme' | 'url' | 'secret'> => {
  const { url, place, secret } = readKey(text)
  return { scheme: url.protocol.slice(0, -1), url: place, secret }
}

/**
 * Dials a WebSocket server, in a page or a worker.
 *
 * Emits one pipe, `'dialled'`, and lives as long as it: completes when both halves have ended, fails with `PipeError` when it
 * could not connect or the pipe broke, and dials anew with each subscription. When the page is left the WebSocket is closed;
 * a page that comes back from the back/forward cache finds the pipe broken, and `reconnect` dials again.
 *
 * @param key - of the listener's `Door`, or its text; a URL without a secret makes a pipe without one, for servers that ask for none
 * @returns fails with `InvalidKey` when the text is neither
 *
 * @example
 * ```ts
 * dial(key).pipe(reconnect(exponential({ from: 50, to: 5_000 })), peer({ uses: Kitchen })).subscribe(cook)
 * ```
 */
export const dial = (key: ConnectionKey | string, options: DialOptions = {}): Transport =>
  defer(() => {
    if (typeof key === 'string' && !/[?&]secret=/.test(key)) return dialWebSocket(key, undefined, options)
    const { scheme, url, secret } = typeof key === 'string' ? keyOf(key) : key
    return scheme === 'ws' || scheme === 'wss'
      ? dialWebSocket(url, secret, options)
      : throwError(
          () => new PipeError('refused', `a browser has no transport for ${scheme}: listen with bind({ ws: {} })`),
        )
  })

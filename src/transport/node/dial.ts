import { defer, switchMap, throwError } from 'rxjs'
import { checkOptions, timerDuration, type Rules } from '../../error/check-options.js'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import { ConnectionKey } from '../connection-key.js'
import { dialSocket } from './dial-socket.js'
import { dialWebSocket } from './dial-web-socket.js'
import { loadWs } from './load-ws.js'

/** How long connecting may take unless told otherwise, in milliseconds. */
const defaultConnectWithin = 10_000

const dialRules: Rules = { connectWithin: timerDuration, closeWithin: timerDuration }

/** Limits of a dialler, and schemes of your own. */
export interface DialOptions {
  /** How long connecting may take, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
  /** After unsubscribing: how long the pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
  /** Transports by scheme, without the colon: for schemes that are not built in, or instead of one that is. */
  readonly schemes?: Readonly<Record<string, (key: ConnectionKey) => Transport>>
}

/**
 * Dials what a key names; its scheme picks the transport: `unix`, `npipe`, `tcp`, `ws` (with the package `ws`), or one of
 * `schemes`.
 *
 * Emits one pipe, `'dialled'`, and lives as long as it: completes when both halves have ended, fails with `PipeError` when it
 * could not connect or the pipe broke, and dials anew with each subscription. Unsubscribing ends our half after what is
 * queued and destroys the pipe past `closeWithin`.
 *
 * @param key - of the listener's `Door`, or its text
 * @returns fails with `InvalidKey` when the text is no key
 * @throws InvalidOption
 *
 * @example
 * ```ts
 * dial(key).subscribe(pipe => {
 *   pipe.incoming.subscribe(bytes => console.log(bytes))
 *   pipe.outgoing.next(Uint8Array.of(1, 2, 3))
 * })
 * ```
 */
export const dial = (key: ConnectionKey | string, options: DialOptions = {}): Transport => {
  checkOptions('dial', options, dialRules)
  return defer(() => {
    const to = typeof key === 'string' ? ConnectionKey.parse(key) : key
    const { schemes = {}, connectWithin = defaultConnectWithin, closeWithin } = options
    const limits = { connectWithin, closeWithin }
    const { scheme, path, host, port = 0 } = to
    if (Object.hasOwn(schemes, scheme)) return schemes[scheme]!(to)
    switch (scheme) {
      case 'unix':
        return dialSocket(to, { path }, limits)
      case 'npipe':
        return dialSocket(to, { path: `\\\\.\\pipe\\${path}` }, limits)
      case 'tcp':
        return dialSocket(to, { host, port }, limits)
      case 'ws':
      case 'wss':
        return loadWs().pipe(switchMap(({ WebSocket }) => dialWebSocket(WebSocket, to, limits)))
      default:
        return throwError(
          () =>
            new PipeError('refused', `no transport for ${scheme}: give one, as { schemes: { ${scheme}: key => ... } }`),
        )
    }
  })
}

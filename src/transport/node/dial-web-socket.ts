import { Observable } from 'rxjs'
import type { WebSocket } from 'ws'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { ConnectionKey } from '../connection-key.js'
import { emitHeld, holdPipe } from '../hold-pipe.js'
import type { DialSocketOptions } from './dial-socket.js'
import { webSocketCarrier } from './web-socket-carrier.js'

/** Longest message that is taken in, in bytes. */
const messageBytes = 16 * 1024 * 1024

/** Dials a WebSocket server; the secret stays here. A new one with each subscription. */
export const dialWebSocket = (
  Socket: typeof WebSocket,
  key: ConnectionKey,
  { connectWithin, closeWithin }: DialSocketOptions,
): Transport =>
  new Observable(subscriber => {
    const ws = new Socket(key.url, {
      handshakeTimeout: connectWithin,
      perMessageDeflate: false,
      maxPayload: messageBytes,
      followRedirects: false,
    })
    let dropped = (): void => ws.terminate()
    const refuse = (cause: Error): void => {
      const hint = 'see that its server runs, and that path and origin suit it'
      subscriber.error(
        new PipeError('refused', `could not connect to ${key.url} (${cause.message}): ${hint}`, { cause }),
      )
    }
    ws.on('error', refuse)
    ws.on('open', () => {
      ws.off('error', refuse)
      dropped = () => undefined
      ws.pause()
      emitHeld(
        holdPipe(webSocketCarrier(ws, 'dialled'), { end: 'dialled', secret: key.secret, closeWithin }),
        subscriber,
      )
    })
    return () => dropped()
  })

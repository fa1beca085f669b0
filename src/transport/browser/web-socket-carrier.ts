import { PipeError } from '../../pipe/pipe-error.js'
import type { OpenCarrier } from '../carrier.js'
import { listenTo } from '../listen-to.js'
import { endOfHalf, longestMessage, normalClosure, orderly } from '../web-socket-rules.js'
import type { WebSocketLike } from './globals.js'
import { whenPageLeaves } from './page-leaves.js'

/** Bytes that may wait before `writable` turns false; it turns true again at half of it. */
const fullAt = 1024 * 1024

/** A browser does not tell when a WebSocket has sent what waited: it is asked this often, in milliseconds. */
const askEvery = 8

const open = 1

/**
 * An open WebSocket of a browser as a carrier, in the same words as the server's: bytes go as binary messages, at most 1 MiB
 * each; an empty one ends a half, and when both have ended the WebSocket is closed. A browser cannot stop reading; credit bounds
 * what comes.
 */
export const webSocketCarrier =
  (ws: WebSocketLike): OpenCarrier =>
  events => {
    let ours: 'open' | 'ended' = 'open'
    let theirs: 'open' | 'ended' = 'open'
    let asking: ReturnType<typeof setTimeout> | undefined
    let broken: PipeError | undefined
    let over = false

    const finish = (error?: PipeError): void => {
      if (over) return
      over = true
      clearTimeout(asking)
      for (const unlisten of listeners) unlisten()
      queueMicrotask(() => events.closed(error))
    }

    const ask = (): void => {
      const waits = ws.readyState === open && ws.bufferedAmount > fullAt / 2
      asking = waits ? setTimeout(ask, askEvery) : undefined
      if (!waits) events.drained()
    }

    const take = ({ data }: { readonly data: unknown }): void => {
      if (!(data instanceof ArrayBuffer) || (theirs === 'ended' && data.byteLength > 0)) {
        broken ??= new PipeError(
          'reset',
          'the far end broke the rules of a pipe: see what else speaks on this WebSocket',
        )
        ws.close(4000 + 2, broken.message)
      } else if (data.byteLength > 0) events.chunk(new Uint8Array(data))
      else {
        theirs = 'ended'
        events.ended()
        if (ours === 'ended') ws.close(normalClosure)
      }
    }

    const closed = ({ code }: { readonly code: number }): void => {
      const inOrder = broken === undefined && orderly.has(code)
      if (inOrder && theirs === 'open') {
        theirs = 'ended'
        events.ended()
      }
      if (inOrder && ours === 'ended') finish()
      else
        finish(broken ?? new PipeError('reset', `the WebSocket closed (code ${code}): the far end is gone, dial again`))
    }

    const listeners = [
      listenTo(ws, 'message', take),
      listenTo(ws, 'close', closed),
      whenPageLeaves(forGood => {
        // the browser closes it, and says that the page is going away
        if (forGood) return
        ws.close(normalClosure)
        finish(new PipeError('reset', 'the page was put aside: dial again once it is shown'))
      }),
    ]

    return {
      read: () => undefined,
      discard: () => undefined,
      write: bytes => {
        if (ws.readyState !== open) return false
        for (let at = 0; at < bytes.length; at += longestMessage) ws.send(bytes.subarray(at, at + longestMessage))
        if (ws.bufferedAmount <= fullAt) return true
        asking ??= setTimeout(ask, askEvery)
        return false
      },
      end: () => {
        ours = 'ended'
        if (ws.readyState === open) ws.send(endOfHalf)
        if (theirs === 'ended') ws.close(normalClosure)
      },
      destroy: () => {
        ws.close(normalClosure)
        finish()
      },
    }
  }

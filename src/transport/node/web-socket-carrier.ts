import type { RawData, WebSocket } from 'ws'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Pipe } from '../../pipe/pipe.js'
import type { OpenCarrier } from '../carrier.js'
import { endOfHalf, goingAway, longestMessage, normalClosure, orderly } from '../web-socket-rules.js'
import { socketBuffer } from './socket-defaults.js'

/**
 * An open, paused WebSocket as a carrier. Bytes go as binary messages, at most 1 MiB each; an empty one ends a half, and when both
 * have ended the WebSocket is closed. It is full while more than 64 KiB wait.
 */
export const webSocketCarrier =
  (ws: WebSocket, end: Pipe['end']): OpenCarrier =>
  events => {
    let ours: 'open' | 'ended' = 'open'
    let theirs: 'open' | 'ended' = 'open'
    let full = false
    let broken: string | undefined
    let destroyed = false

    const breakOff = (code: number, reason: string): void => {
      broken ??= reason
      ws.close(code, reason)
      // a client that breaks the rules may not answer either
      setTimeout(() => ws.terminate(), 100).unref()
    }

    const take = (data: RawData, isBinary: boolean): void => {
      const bytes = data as Buffer
      if (!isBinary) breakOff(1003, 'bytes go as binary messages')
      else if (theirs === 'ended') breakOff(1002, 'bytes came after the end of their half')
      else if (bytes.length > 0) events.chunk(bytes)
      else {
        theirs = 'ended'
        events.ended()
        if (ours === 'ended') ws.close(normalClosure)
      }
    }

    const sent = (): void => {
      if (!full || ws.bufferedAmount > socketBuffer / 2) return
      full = false
      events.drained()
    }

    ws.on('message', take)
    ws.on('error', error => {
      broken ??= error.message
    })
    ws.on('close', code => {
      const pageHasGone = code === goingAway && end === 'accepted' && ours === 'open'
      const inOrder = broken === undefined && orderly.has(code) && !pageHasGone
      if (inOrder && theirs === 'open') {
        theirs = 'ended'
        events.ended()
      }
      if (destroyed || (inOrder && ours === 'ended')) events.closed()
      else if (pageHasGone) events.closed(new PipeError('exited', 'the page at the far end was left: it is gone'))
      else {
        const reason = broken ?? `code ${code}`
        events.closed(new PipeError('reset', `the WebSocket closed (${reason}): the far end is gone, dial again`))
      }
    })

    return {
      read: () => ws.resume(),
      discard: () => ws.resume(),
      write: bytes => {
        if (ws.readyState !== ws.OPEN) return false
        for (let at = 0; at < bytes.length; at += longestMessage) {
          ws.send(bytes.subarray(at, at + longestMessage), sent)
        }
        full = ws.bufferedAmount > socketBuffer
        return !full
      },
      end: () => {
        ours = 'ended'
        if (ws.readyState === ws.OPEN) ws.send(endOfHalf)
        if (theirs === 'ended') ws.close(normalClosure)
      },
      destroy: () => {
        destroyed = true
        ws.terminate()
      },
    }
  }

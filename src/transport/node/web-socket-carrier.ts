import type { RawData, WebSocket } from 'ws'
import { PipeError } from '../../pipe/pipe-error.js'
import type { OpenCarrier } from '../carrier.js'
import { socketBuffer } from './socket-defaults.js'

/** Longest message that is sent: bytes have no borders, so what is longer goes as several. */
const longestMessage = 1024 * 1024

/** What a WebSocket may be called with once a pipe is over on both sides. */
const normalClosure = 1000

/** Says that this half is over; a WebSocket knows only an end of both. */
const endOfHalf = new Uint8Array(0)

/** Orderly ways of closing: done, going away (a page that is left), without a reason. */
const orderly = new Set([1000, 1001, 1005])

/**
 * An open, paused WebSocket as a carrier. Bytes go as binary messages, at most 1 MiB each; an empty one ends a half, and when both
 * have ended the WebSocket is closed. It is full while more than 64 KiB wait.
 */
export const webSocketCarrier =
  (ws: WebSocket): OpenCarrier =>
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
      const inOrder = broken === undefined && orderly.has(code)
      if (inOrder && theirs === 'open') {
        theirs = 'ended'
        events.ended()
      }
      if (destroyed || (inOrder && ours === 'ended')) events.closed()
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

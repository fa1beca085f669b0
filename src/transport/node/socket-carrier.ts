import type { Socket } from 'node:net'
import { PipeError } from '../../pipe/pipe-error.js'
import type { OpenCarrier } from '../carrier.js'

/** How long what the far end said before it went may take to be read, in milliseconds. */
const lastWordsWithin = 1_000

const reset = (cause: Error): PipeError =>
  new PipeError('reset', `the connection broke (${cause.message}): the far end is gone, dial again`, { cause })

/**
 * A connected, paused socket with `allowHalfOpen` as a carrier. One call of `write` is one write to the socket, in the same
 * tick; chunks are handed over as the platform gives them.
 *
 * A write to a far end that has gone fails at once, although its last words may still lie unread on our side. So the first
 * such failure does not close the socket: it is told after the end of what can be read, or after a second.
 */
export const socketCarrier =
  (socket: Socket): OpenCarrier =>
  events => {
    let broken: Error | undefined
    let nothingMore = false

    const lost = (error: Error | null | undefined): null | undefined => {
      if (error === null || error === undefined) return error
      if (broken === undefined) {
        broken = error
        if (nothingMore) socket.destroy()
        else setTimeout(() => socket.destroy(), lastWordsWithin).unref()
      }
      return null
    }
    // _write and _writev are what a Writable asks its implementer for; wrapped, they fail no more
    const write = socket._write.bind(socket)
    socket._write = (chunk, encoding, done) => write(chunk, encoding, error => done(lost(error)))
    const writev = socket._writev?.bind(socket)
    if (writev) socket._writev = (chunks, done) => writev(chunks, error => done(lost(error)))

    const chunk = (bytes: Uint8Array): void => events.chunk(bytes)
    socket.on('end', () => {
      nothingMore = true
      if (broken === undefined) events.ended()
      else socket.destroy()
    })
    socket.on('drain', () => events.drained())
    socket.on('error', error => {
      broken ??= error
    })
    socket.on('close', () => events.closed(broken && reset(broken)))

    return {
      read: () => {
        socket.on('data', chunk)
        socket.resume()
      },
      discard: () => {
        socket.off('data', chunk)
        socket.resume()
      },
      write: bytes => socket.write(bytes),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    }
  }

import type { Socket } from 'node:net'
import { PipeError } from '../../pipe/pipe-error.js'
import type { OpenCarrier } from '../carrier.js'
import { atTickEnd } from './at-tick-end.js'
import type { LentReads } from './lent-reads.js'

/** How long what the far end said before it went may take to be read, in milliseconds. */
const lastWordsWithin = 1_000

const about = { merges: true, atTickEnd } as const

const reset = (cause: Error): PipeError =>
  new PipeError('reset', `the connection broke (${cause.message}): the far end is gone, dial again`, { cause })

/**
 * A connected, paused socket with `allowHalfOpen` as a carrier, or two of them, one for each way. One call of `write` is one write to
 * the socket, in the same tick; chunks are handed over as the platform gives them.
 *
 * A write to a far end that has gone fails at once, although its last words may still lie unread on our side. So the first
 * such failure does not close the socket: it is told after the end of what can be read, or after a second.
 *
 * @param input - what the far end says
 * @param output - what this end says; the same socket unless told
 * @param reads - what the input was created with, where it reads into the shared buffer
 */
export const socketCarrier =
  (input: Socket, output: Socket = input, reads?: LentReads): OpenCarrier =>
  events => {
    const open = new Set([input, output])
    let broken: Error | undefined
    let nothingMore = false
    let wanted = false

    const destroy = (): void => {
      for (const socket of open) socket.destroy()
    }
    const lost = (error: Error | null | undefined): null | undefined => {
      if (error === null || error === undefined) return error
      if (broken === undefined) {
        broken = error
        if (nothingMore) destroy()
        else setTimeout(destroy, lastWordsWithin).unref()
      }
      return null
    }
    // _write and _writev are what a Writable asks its implementer for; wrapped, they fail no more
    const write = output._write.bind(output)
    output._write = (chunk, encoding, done) => write(chunk, encoding, error => done(lost(error)))
    const writev = output._writev?.bind(output)
    if (writev) output._writev = (chunks, done) => writev(chunks, error => done(lost(error)))

    const chunk = (bytes: Uint8Array): void => events.chunk(bytes)
    input.on('end', () => {
      nothingMore = true
      if (broken === undefined) events.ended()
      else destroy()
    })
    output.on('drain', () => events.drained())
    for (const socket of open) {
      socket.on('error', error => {
        broken ??= error
        destroy()
      })
      socket.on('close', () => {
        open.delete(socket)
        // with two sockets the far end may close the one that we write to
        if (socket === output && !wanted) broken ??= new Error('it takes no more')
        if (open.size === 0) events.closed(broken && reset(broken))
      })
    }
    if (output !== input) output.resume() // for its end

    return {
      read: () => {
        if (reads === undefined) input.on('data', chunk)
        else reads.take = bytes => events.chunk(bytes, true)
        input.resume()
      },
      discard: () => input.resume(),
      write: bytes => output.write(bytes),
      writeTwo: (first, second) => {
        output.cork()
        output.write(first)
        const room = output.write(second)
        output.uncork()
        return room
      },
      get idle() {
        return output.writableLength === 0
      },
      about,
      end: () => {
        wanted = true
        output.end()
      },
      destroy: () => {
        wanted = true
        destroy()
      },
    }
  }

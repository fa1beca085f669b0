import { Observable } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Transport } from '../pipe/pipe.js'
import type { Carrier, OpenCarrier } from './carrier.js'
import { emitHeld, holdPipe, type PipeFacts } from './hold-pipe.js'
import { type EventSource, listenTo } from './listen-to.js'

/**
 * Anything shaped like a MessagePort: a `MessagePort` or `Worker` of a browser or of Node, a worker's own global or `parentPort`,
 * Electron's `MessagePortMain`. One of `addEventListener` and `on` must be there.
 */
export interface PortLike extends EventSource {
  /** A port that knows how full it is may return `false`, and tell `drain` when it is not. */
  postMessage(message: unknown, transfer?: readonly unknown[]): unknown
  start?(): void
  close?(): void
  /** Its messages are written to a stream of bytes, one behind the other: a long one keeps the others waiting. */
  readonly serial?: true
}

/** What may be told of a port. */
export interface MessagePortOptions extends Partial<Pick<PipeFacts, 'end' | 'secret' | 'closeWithin'>> {
  /**
   * Whether an array that fills its whole ArrayBuffer is transferred instead of copied. It is gone for the writer, so only where
   * nobody keeps what was written: no replay, no tap. `false` unless told. A view of a larger buffer is always copied.
   */
  readonly transfer?: boolean
}

/**
 * What travels: bytes, how many of the far end's bytes were taken, the end of this half in order, or the end of all. Anything else
 * on the port is not this carrier's.
 */
interface Message {
  readonly sluice: Uint8Array | number | 'end' | 'gone'
}

/** Bytes under way before `writable` turns false; it turns true again at half of it. */
const fullAt = 1024 * 1024

/** So many bytes are taken before the far end is told: a small part of what may be under way. */
const tellEvery = 256 * 1024

/** What a value from a port says to us, be it the message itself or an event around it; `undefined` if it is somebody else's. */
export const saidIn = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return undefined
  if ('sluice' in value) return value.sluice
  // an event, of the DOM's kind or Electron's
  return 'data' in value ? saidIn(value.data) : undefined
}

/** From this length on, handing over a copy is cheaper than having the port copy it; measured on Node 20. */
const worthTransfer = 4_096

/**
 * How long parts are on a port, in bytes. Measured: an echo of 1 MiB in sixteen parts took three times as long as in one, and what
 * a message keeps waiting, it does for the time of one copy.
 */
const partBytes = 1024 * 1024

/** Bytes whose buffer is nobody else's. */
const hand = (port: PortLike, own: Uint8Array): boolean => {
  const message: Message = { sluice: own }
  return port.postMessage(message, own.byteLength >= worthTransfer ? [own.buffer] : undefined) !== false
}

/** The bytes as a message of exactly their length: a port would copy the whole buffer that a view belongs to. */
const post = (port: PortLike, bytes: Uint8Array, mayTransfer: boolean): boolean => {
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
  if (!whole) return hand(port, new Uint8Array(bytes))
  const message: Message = { sluice: bytes }
  return port.postMessage(message, mayTransfer ? [bytes.buffer] : undefined) !== false
}

/** Two as one message. */
const postTwo = (port: PortLike, first: Uint8Array, second: Uint8Array): boolean => {
  const own = new Uint8Array(first.byteLength + second.byteLength)
  own.set(first)
  own.set(second, first.byteLength)
  return hand(port, own)
}

/**
 * A port as a carrier: one call of `write` is one message. A port takes all that is written to it, so the far end tells what
 * it has taken: with more than 1 MiB under way it is full, as it is when the port itself says so.
 */
export const portCarrier =
  (port: PortLike, { transfer = false }: MessagePortOptions = {}): OpenCarrier =>
  events => {
    let ours: 'open' | 'ended' = 'open'
    let theirs: 'open' | 'ended' = 'open'
    let over = false
    let reading = false
    let underWay = 0
    let taken = 0
    let portIsFull = false
    let full = false

    const ease = (): void => {
      if (!full || portIsFull || underWay > fullAt / 2) return
      full = false
      events.drained()
    }

    const tell = (least: number): void => {
      if (over || !reading || taken < least) return
      port.postMessage({ sluice: taken } satisfies Message)
      taken = 0
    }

    const startReading = (): void => {
      reading = true
      tell(1)
    }

    const finish = (error?: PipeError): void => {
      if (over) return
      over = true
      for (const unlisten of listeners) unlisten()
      port.close?.()
      queueMicrotask(() => events.closed(error))
    }

    const take = (value: unknown): void => {
      const said = saidIn(value)
      if (typeof said === 'number') {
        underWay -= said
        ease()
      } else if (said === 'gone') finish(new PipeError('reset', 'the far end closed the port: open a new one'))
      else if (theirs === 'ended') return
      else if (said instanceof Uint8Array) {
        taken += said.byteLength
        events.chunk(said)
        tell(tellEvery)
      } else if (said === 'end') {
        theirs = 'ended'
        events.ended()
        if (ours === 'ended') finish()
      }
    }

    const listeners = [
      listenTo(port, 'message', take),
      listenTo(port, 'messageerror', () =>
        finish(new PipeError('reset', 'a message could not be read by this end: see what else uses the port')),
      ),
      listenTo(port, 'close', () =>
        finish(new PipeError('reset', 'the port was closed: the far end is gone, open a new one')),
      ),
    ]
    listeners.push(
      listenTo(port, 'drain', () => {
        portIsFull = false
        ease()
      }),
    )
    port.start?.()

    const wrote = (bytes: number, room: boolean): boolean => {
      underWay += bytes
      if (!room) portIsFull = true
      // once full it stays so until there is room for more: that is when it is told
      if (portIsFull || underWay > fullAt) full = true
      return !full
    }

    const carrier: Carrier = {
      read: startReading,
      discard: startReading,
      write: bytes => over || wrote(bytes.byteLength, post(port, bytes, transfer)),
      writeTwo: (first, second) => over || wrote(first.byteLength + second.byteLength, postTwo(port, first, second)),
      // a view goes over with the buffer around it
      writeOwn: bytes => over || wrote(bytes.byteLength, hand(port, bytes)),
      // a port takes what it is told at once, and copies it, unless it may have all of it
      idle: !transfer,
      ...(port.serial === true ? {} : { partBytes }),
      end: () => {
        if (over) return
        ours = 'ended'
        port.postMessage({ sluice: 'end' } satisfies Message)
        if (theirs === 'ended') finish()
      },
      destroy: () => {
        if (!over) port.postMessage({ sluice: 'gone' } satisfies Message)
        finish()
      },
    }
    return carrier
  }

const used = new WeakSet<PortLike>()

/**
 * A pipe over anything shaped like a MessagePort; the other end does the same with the other port and `end: 'accepted'`.
 *
 * One call of `outgoing.next` is one message. The port is the pipe's from the subscription on, closed with it, and carries one
 * pipe in its life: a second subscription fails with `PipeError`, `why: 'misused'`. Other messages on it are passed over. Ports
 * of browsers and of Electron may not tell that the far end is gone; heartbeats do.
 *
 * @param port - one end of a channel
 * @param options - `end` is `'dialled'` unless told
 *
 * @example
 * ```ts
 * const { port1, port2 } = new MessageChannel()
 * worker.postMessage({ port: port2 }, [port2])
 * messagePort(port1).subscribe(pipe => pipe.incoming.subscribe(bytes => console.log(bytes)))
 * ```
 */
export const messagePort = (port: PortLike, options: MessagePortOptions = {}): Transport =>
  new Observable(subscriber => {
    if (used.has(port)) {
      subscriber.error(new PipeError('misused', 'a port carries one pipe in its life: make a new channel'))
      return
    }
    used.add(port)
    emitHeld(holdPipe(portCarrier(port, options), { end: 'dialled', ...options }), subscriber)
  })

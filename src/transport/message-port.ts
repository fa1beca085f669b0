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
 * What travels: bytes, or several in a row; how many of the far end's bytes were taken; the end of this half in order, or the end
 * of all. Anything else on the port is not this carrier's.
 */
interface Message {
  readonly sluice: Uint8Array | readonly Uint8Array[] | number | 'end' | 'gone'
}

/**
 * Bytes under way before `writable` turns false; it turns true again at half of it. A stream's first credit, or one long part, is
 * 1 MiB: it has room with the heads of its frames.
 */
const fullAt = 1_088 * 1024

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

/**
 * What is long waits for the end of the tick, up to so many bytes, and leaves as one message.
 *
 * Measured: a message to a thread that sleeps takes 14 us, to one that is awake 1.2 us. Whoever takes a chunk of 64 KiB is done with
 * it in 2 us: sent one by one, each finds it asleep.
 */
const holdAtMost = 512 * 1024

/** Bytes whose buffer is nobody else's. */
const hand = (port: PortLike, own: Uint8Array): boolean => {
  const message: Message = { sluice: own }
  return port.postMessage(message, own.byteLength >= worthTransfer ? [own.buffer] : undefined) !== false
}

/** The same of several in a row. */
const handAll = (port: PortLike, own: readonly Uint8Array[]): boolean => {
  const message: Message = { sluice: own }
  const long = own.filter(({ byteLength }) => byteLength >= worthTransfer)
  const transfer = long.map(({ buffer }) => buffer)
  return port.postMessage(message, transfer) !== false
}

/**
 * A port as a carrier: what is written leaves at once, or, where it is long, at the end of the tick. A port takes all that is written
 * to it, so the far end tells what it has taken: with much more than 1 MiB under way it is full, as it is when the port itself says so.
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

    /** What waits for the end of the tick; nobody else has its buffers. */
    let held: Uint8Array[] = []
    let heldBytes = 0

    const sendHeld = (): void => {
      if (over || held.length === 0) return
      const leaving = held
      held = []
      heldBytes = 0
      // whoever answers this is to find room
      tell(tellEvery)
      const [first] = leaving
      const hasRoom = leaving.length === 1 && first !== undefined ? hand(port, first) : handAll(port, leaving)
      if (!hasRoom) portIsFull = true
    }

    const wrote = (bytes: number, room = true): boolean => {
      underWay += bytes
      portIsFull ||= !room
      // once full it stays so until there is room for more: that is when it is told
      full ||= portIsFull || underWay > fullAt
      return !full
    }

    /** Sends bytes whose buffer is nobody else's: what is long at the end of the tick, and what is short behind that. */
    const send = (own: Uint8Array): boolean => {
      const { byteLength } = own
      if (over) return true
      if (port.serial === true || (byteLength < worthTransfer && held.length === 0))
        return wrote(byteLength, hand(port, own))
      if (held.length === 0) queueMicrotask(sendHeld)
      held.push(own)
      heldBytes += byteLength
      if (heldBytes >= holdAtMost) sendHeld()
      return wrote(byteLength)
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

    const takeBytes = (bytes: unknown): void => {
      // the one before may have been why all is over
      if (over || !(bytes instanceof Uint8Array)) return
      taken += bytes.byteLength
      events.chunk(bytes)
    }

    const take = (value: unknown): void => {
      const said = saidIn(value)
      if (typeof said === 'number') {
        underWay -= said
        ease()
      } else if (said === 'gone') finish(new PipeError('reset', 'the far end closed the port: open a new one'))
      else if (theirs === 'ended') return
      else if (said === 'end') {
        theirs = 'ended'
        events.ended()
        if (ours === 'ended') finish()
      } else {
        // of an array that is nearly all holes what is there
        if (Array.isArray(said)) Object.values(said).forEach(takeBytes)
        else takeBytes(said)
        tell(tellEvery)
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
      listenTo(port, 'drain', () => {
        portIsFull = false
        ease()
      }),
    ]
    port.start?.()

    const carrier: Carrier = {
      read: startReading,
      discard: startReading,
      write: bytes => {
        const { buffer, byteLength } = bytes
        // a port would copy the whole buffer that a view belongs to
        if (byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return send(new Uint8Array(bytes))
        if (over) return true
        sendHeld()
        const message: Message = { sluice: bytes }
        return wrote(byteLength, port.postMessage(message, transfer ? [buffer] : undefined) !== false)
      },
      writeTwo: (first, second) => {
        const own = new Uint8Array(first.byteLength + second.byteLength)
        own.set(first)
        own.set(second, first.byteLength)
        return send(own)
      },
      // a view goes over with the buffer around it
      writeOwn: send,
      // a port takes what it is told at once, and copies it, unless it may have all of it
      idle: !transfer,
      ...(port.serial === true ? {} : { about: { partBytes } }),
      end: () => {
        if (over) return
        ours = 'ended'
        sendHeld()
        port.postMessage({ sluice: 'end' } satisfies Message)
        if (theirs === 'ended') finish()
      },
      destroy: () => {
        sendHeld()
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
 * What is long waits for the end of the tick, and leaves as one message. The port is the pipe's from the subscription on, closed with it, and carries one
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

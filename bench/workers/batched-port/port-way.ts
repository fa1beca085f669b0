import { EventEmitter } from 'node:events'
import type { MessagePort, Worker } from 'node:worker_threads'
import type { Way } from '../../floor/outbox.js'

/** Bytes that may be under way before the writer is asked for patience. */
const most = 1 << 20

/** From this length on, a buffer of its own is transferred; shorter ones are cloned. */
const worthTransfer = 4_096

/** A port in a socket's shape. The far end says how much it took, as a port does not say when it is full. */
export const portWay = (port: MessagePort | Worker, take: (read: Buffer) => void): Way => {
  const drained = new EventEmitter().setMaxListeners(0)
  let underWay = 0
  let taken = 0
  let corked: Buffer[] | undefined
  const way = {
    writableNeedDrain: false,
    cork: () => {
      corked = []
    },
    uncork: () => {
      const pieces = corked ?? []
      corked = undefined
      post(Buffer.concat(pieces))
    },
    write: (bytes: Uint8Array): boolean => {
      if (corked === undefined) post(bytes)
      else corked.push(Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length))
      return !way.writableNeedDrain
    },
    once: (event: 'drain', go: () => void) => drained.once(event, go),
  }
  const post = (bytes: Uint8Array) => {
    const own = new Uint8Array(bytes) // the slab stays with its writer
    port.postMessage(own, own.length < worthTransfer ? undefined : [own.buffer])
    underWay += own.length
    way.writableNeedDrain = underWay >= most
  }
  port.on('message', (said: Uint8Array | number) => {
    if (typeof said === 'number') {
      underWay -= said
      const full = way.writableNeedDrain
      way.writableNeedDrain = underWay >= most
      if (full && !way.writableNeedDrain) drained.emit('drain')
      return
    }
    take(Buffer.from(said.buffer as ArrayBuffer, said.byteOffset, said.length))
    taken += said.length
    if (taken >= most / 4) {
      port.postMessage(taken)
      taken = 0
    }
  })
  return way
}

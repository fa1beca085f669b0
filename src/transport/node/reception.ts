import { createServer, Socket, type Server, type SocketConstructorOpts } from 'node:net'
import type { OpenCarrier } from '../carrier.js'
import { LentReads } from './lent-reads.js'
import { socketCarrier } from './socket-carrier.js'
import { socketBuffer } from './socket-defaults.js'

/** A server and how clients come to it. */
export interface Reception {
  readonly server: Server
  /** `admit` says whether there was room for the client. */
  readonly receive: (admit: (open: OpenCarrier) => boolean) => void
}

/** What Node takes too, though its types do not say so. */
type AdoptingOptions = SocketConstructorOpts & {
  readonly handle: unknown
  readonly pauseOnCreate: true
  readonly highWaterMark: number
  readonly onread: LentReads['onread']
}

/**
 * The carrier of an accepted socket, which reads into a buffer that is used again and again.
 *
 * Node lets only a socket that dials have such a buffer. So another socket takes over what the accepted one stands for; where a
 * Node has no such thing to give, the socket reads as it is. Measured with one call at a time: a buffer of 64 KiB for each read,
 * which the engine has to collect, and a stream between were a tenth of what a call cost.
 */
const adopted = (accepted: Socket): { readonly socket: Socket; readonly open: OpenCarrier } => {
  const holder = accepted as unknown as { _handle?: { readonly useUserBuffer?: unknown } | null }
  const handle = holder._handle
  if (typeof handle?.useUserBuffer !== 'function') return { socket: accepted, open: socketCarrier(accepted) }
  const reads = new LentReads()
  const options: AdoptingOptions = {
    handle,
    pauseOnCreate: true,
    allowHalfOpen: true,
    highWaterMark: socketBuffer,
    onread: reads.onread,
  }
  const socket = new Socket(options)
  holder._handle = null
  accepted.destroy()
  return { socket, open: socketCarrier(socket, socket, reads) }
}

/** Sockets of any kind. */
export const socketReception = (): Reception => {
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: true,
    highWaterMark: socketBuffer,
  })
  return {
    server,
    receive: admit => {
      server.on('connection', accepted => {
        const { socket, open } = adopted(accepted)
        if (!admit(open)) socket.destroy()
      })
    },
  }
}

import { createServer, type Server } from 'node:net'
import type { OpenCarrier } from '../carrier.js'
import { socketCarrier } from './socket-carrier.js'
import { socketBuffer } from './socket-defaults.js'

/** A server and how clients come to it. */
export interface Reception {
  readonly server: Server
  /** `admit` says whether there was room for the client. */
  readonly receive: (admit: (open: OpenCarrier) => boolean) => void
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
      server.on('connection', socket => {
        if (!admit(socketCarrier(socket))) socket.destroy()
      })
    },
  }
}

import { createServer, type Socket } from 'node:net'
import type { Serving } from './server.js'

/** Listens at a socket's path. Closing it ends its sockets. */
export const listenAt = (path: string, accept: (socket: Socket) => void): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      accept(socket)
    })
    server.on('error', reject)
    server.listen(path, () => {
      const close = () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
      resolve({ address: path, close })
    })
  })

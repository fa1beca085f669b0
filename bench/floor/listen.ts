import { createServer, type Socket } from 'node:net'
import type { Serving } from '../harness/server.js'
import { serve } from './serve.js'

/** Listens at a socket's path. */
export const listen = (path: string): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket.setMaxListeners(0) // each stream waits for the socket by itself
      socket.on('data', serve(socket))
      socket.on('error', () => socket.destroy())
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

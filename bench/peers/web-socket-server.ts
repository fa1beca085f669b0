import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Serving } from '../harness/server.js'

/** Listens on a free port of the loopback; `serve` gets every socket. */
export const webSocketServer = (serve: (socket: WebSocket) => void): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    server.on('error', reject)
    server.on('connection', serve)
    server.on('listening', () =>
      resolve({
        address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          for (const client of server.clients) client.terminate()
          server.close()
        },
      }),
    )
  })

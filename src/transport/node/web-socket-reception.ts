import type { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import type { Reception } from './reception.js'
import type { WebSocketPlace } from './place.js'
import { webSocketCarrier } from './web-socket-carrier.js'

/** How long a client may take over the request that opens a WebSocket, in milliseconds. */
const requestWithin = 10_000

const turnAway = (socket: Duplex, status: string): void => {
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** A WebSocket server: whoever comes by another path or from a page of another origin is turned away before the upgrade. */
export const webSocketReception = (
  createHttpServer: typeof createServer,
  Server: typeof WebSocketServer,
  { path = '/', origins = [], messageBytes = 16 * 1024 * 1024 }: WebSocketPlace,
): Reception => {
  const server = createHttpServer(
    { requestTimeout: requestWithin, headersTimeout: requestWithin },
    (_request, response) => {
      response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end()
    },
  )
  const upgrades = new Server({
    noServer: true,
    maxPayload: messageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  return {
    server,
    receive: admit => {
      server.on('upgrade', (request, socket, head) => {
        const { origin } = request.headers
        if (request.url !== path) turnAway(socket, '404 Not Found')
        else if (origin !== undefined && !origins.includes(origin)) turnAway(socket, '403 Forbidden')
        else {
          upgrades.handleUpgrade(request, socket, head, ws => {
            ws.pause()
            if (!admit(webSocketCarrier(ws, 'accepted'))) ws.terminate()
          })
        }
      })
    },
  }
}

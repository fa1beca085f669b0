import { newWebSocketRpcSession } from 'capnweb'
import { WebSocket as WsWebSocket } from 'ws'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'
import type { Api } from './api.js'

const drained = async <T>(stream: ReadableStream<T>, take: (value: T) => void): Promise<void> => {
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    take(value)
  }
}

// Node 20 has no WebSocket of its own
Object.assign(globalThis, { WebSocket: WsWebSocket })

clientBench(
  address =>
    new Promise((resolve, reject) => {
      const socket = new WsWebSocket(address)
      socket.on('error', reject)
      socket.on('open', () => {
        const api = newWebSocketRpcSession<Api>(socket as unknown as WebSocket)
        resolve(
          promiseClient({
            ask: async ask => api.call(ask),
            items: async (count, take) => drained((await api.items(count)) as ReadableStream<Answer>, take),
            chunks: async (count, take) => drained((await api.chunks(count)) as ReadableStream<Uint8Array>, take),
            echo: async message => api.echo(message),
            close: () => socket.close(),
          }),
        )
      })
    }),
)

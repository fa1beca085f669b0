import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { WebSocket } from 'ws'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Router } from './server.js'

// Node 20 has no WebSocket of its own
Object.assign(globalThis, { WebSocket })

clientBench(
  url =>
    new Promise(resolve => {
      const socket = createWSClient({ url, onOpen: () => resolve(client) })
      const api = createTRPCClient<Router>({ links: [wsLink<Router>({ client: socket })] })
      const client = promiseClient({
        ask: ask => api.ask.query(ask),
        items: (count, take) =>
          new Promise((onComplete, onError) => {
            api.items.subscribe(count, { onData: take, onComplete, onError })
          }),
        chunks: (count, take) =>
          new Promise((onComplete, onError) => {
            const onData = (data: string) => take(Buffer.from(data, 'base64'))
            api.chunks.subscribe(count, { onData, onComplete, onError })
          }),
        echo: async message => Buffer.from(await api.echo.mutate(Buffer.from(message).toString('base64')), 'base64'),
        close: () => void socket.close(),
      })
    }),
)

import ipc from 'node-ipc'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'

clientBench(
  address =>
    new Promise(resolve => {
      ipc.config.id = 'client'
      ipc.config.silent = true
      ipc.connectTo('bench', address, () => {
        const server = ipc.of.bench
        const waiting = new Map<number, { take?: (value: unknown) => void; end: (value: unknown) => void }>()
        let ids = 0
        server.on('value', ({ id, value }: { id: number; value: unknown }) => waiting.get(id)?.take?.(value))
        server.on('last', ({ id, value }: { id: number; value?: unknown }) => {
          const waits = waiting.get(id)
          waiting.delete(id)
          waits?.end(value)
        })
        const ask = (event: string, value: unknown, take?: (value: unknown) => void): Promise<unknown> =>
          new Promise(end => {
            const id = ids++
            waiting.set(id, take === undefined ? { end } : { take, end })
            server.emit(event, { id, value })
          })
        const bytesOf = (text: unknown) => Buffer.from(text as string, 'base64')
        const client = promiseClient({
          ask: one => ask('call', one) as Promise<Answer>,
          items: async (count, take) => void (await ask('items', count, item => take(item as Answer))),
          chunks: async (count, take) => void (await ask('chunks', count, chunk => take(bytesOf(chunk)))),
          echo: async message => bytesOf(await ask('echo', Buffer.from(message).toString('base64'))),
          close: () => ipc.disconnect('bench'),
        })
        server.on('connect', () => resolve(client))
      })
    }),
)

import { createBirpc } from 'birpc'
import { WebSocket } from 'ws'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'
import type { ClientFunctions, ServerFunctions } from './functions.js'

clientBench(
  address =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(address)
      let takeItem: (item: Answer) => void
      let takeChunk: (chunk: Uint8Array) => void
      const functions: ClientFunctions<string> = {
        item: item => takeItem(item),
        chunk: chunk => takeChunk(Buffer.from(chunk, 'base64')),
      }
      const server = createBirpc<ServerFunctions<string>, ClientFunctions<string>>(functions, {
        post: data => socket.send(data as string),
        on: take => socket.on('message', take),
        serialize: value => JSON.stringify(value),
        deserialize: text => JSON.parse(String(text)) as unknown,
      })
      socket.on('error', reject)
      socket.on('open', () =>
        resolve(
          promiseClient({
            ask: ask => server.call(ask),
            items: (count, take) => {
              takeItem = take
              return server.items(count)
            },
            chunks: (count, take) => {
              takeChunk = take
              return server.chunks(count)
            },
            echo: async message => Buffer.from(await server.echo(Buffer.from(message).toString('base64')), 'base64'),
            close: () => socket.close(),
          }),
        ),
      )
    }),
)

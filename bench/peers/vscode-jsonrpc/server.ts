import { createServer } from 'node:net'
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node'
import { serveBench } from '../../harness/server.js'
import { handful } from '../../harness/turns.js'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'
import { Call, Chunk, Chunks, Echo, Item, Items } from './messages.js'

const chunk = Buffer.alloc(chunkSize, 7)

serveBench(
  path =>
    new Promise((resolve, reject) => {
      const server = createServer(socket => {
        const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
        connection.onRequest(Call, answerTo)
        connection.onRequest(Echo, message => message)
        connection.onRequest(Items, async ({ count, token }) => {
          for (let n = 0; n < count; n++) {
            const sent = connection.sendProgress(Item, token, itemAt(n))
            if (n % handful === 0) await sent
          }
        })
        connection.onRequest(Chunks, async ({ count, token }) => {
          for (let n = 0; n < count; n++) await connection.sendProgress(Chunk, token, chunk.toString('base64'))
        })
        connection.listen()
      })
      server.on('error', reject)
      server.listen(path, () => resolve({ address: path, close: () => process.exit() }))
    }),
)

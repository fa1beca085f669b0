import { connect } from 'node:net'
import {
  createMessageConnection,
  type ProgressType,
  type RequestType,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import { Call, Chunk, Chunks, Echo, Item, Items, type Wanted } from './messages.js'

clientBench(
  address =>
    new Promise((resolve, reject) => {
      const socket = connect(address)
      socket.on('error', reject)
      socket.on('connect', () => {
        const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket))
        let tokens = 0
        const streamed = async <A>(
          request: RequestType<Wanted, void, never>,
          type: ProgressType<A>,
          count: number,
          take: (value: A) => void,
        ): Promise<void> => {
          const token = tokens++
          const listening = connection.onProgress(type, token, take)
          await connection.sendRequest(request, { count, token })
          listening.dispose()
        }
        connection.listen()
        resolve(
          promiseClient({
            ask: ask => connection.sendRequest(Call, ask),
            items: (count, take) => streamed(Items, Item, count, take),
            chunks: (count, take) => streamed(Chunks, Chunk, count, data => take(Buffer.from(data, 'base64'))),
            echo: async message => {
              const { data } = await connection.sendRequest(Echo, { data: Buffer.from(message).toString('base64') })
              return Buffer.from(data, 'base64')
            },
            close: () => connection.dispose(),
          }),
        )
      })
    }),
)

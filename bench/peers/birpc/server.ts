import { createBirpc } from 'birpc'
import { serveBench } from '../../harness/server.js'
import { handful, turn } from '../../harness/turns.js'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'
import { webSocketServer } from '../web-socket-server.js'
import type { ClientFunctions, ServerFunctions } from './functions.js'

const chunk = Buffer.alloc(chunkSize, 7)

serveBench(() =>
  webSocketServer(socket => {
    // birpc does not say when the socket is full: so as not to fill the memory, look at the socket
    const roomy = async () => {
      do await turn()
      while (socket.bufferedAmount > 1 << 20)
    }
    const functions: ServerFunctions<string> = {
      call: answerTo,
      items: async count => {
        for (let n = 0; n < count; n++) {
          void client.item(itemAt(n))
          if (n % handful === 0) await roomy()
        }
      },
      chunks: async count => {
        for (let n = 0; n < count; n++) {
          void client.chunk(chunk.toString('base64'))
          if (n % 16 === 0) await roomy()
        }
      },
      echo: message => message,
    }
    const client = createBirpc<ClientFunctions<string>, ServerFunctions<string>>(functions, {
      eventNames: ['item', 'chunk'],
      post: data => socket.send(data as string),
      on: take => socket.on('message', take),
      serialize: value => JSON.stringify(value),
      deserialize: text => JSON.parse(String(text)) as unknown,
    })
  }),
)

import { parentPort } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { handful, turn } from '../../harness/turns.js'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'
import type { ClientFunctions, ServerFunctions } from '../birpc/functions.js'

const chunk = new Uint8Array(chunkSize).fill(7)

const functions: ServerFunctions<Uint8Array> = {
  call: answerTo,
  items: async count => {
    for (let n = 0; n < count; n++) {
      void near.item(itemAt(n))
      if (n % handful === 0) await turn()
    }
  },
  chunks: async count => {
    for (let n = 0; n < count; n++) {
      void near.chunk(chunk)
      if (n % 16 === 0) await turn()
    }
  },
  echo: message => message,
}

const near = createBirpc<ClientFunctions<Uint8Array>, ServerFunctions<Uint8Array>>(functions, {
  eventNames: ['item', 'chunk'],
  post: data => parentPort!.postMessage(data),
  on: take => parentPort!.on('message', take),
})

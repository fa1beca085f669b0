import { Worker } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'
import type { ClientFunctions, ServerFunctions } from '../birpc/functions.js'

clientBench(() => {
  const worker = new Worker(new URL('./thread.js', import.meta.url))
  let takeItem: (item: Answer) => void
  let takeChunk: (chunk: Uint8Array) => void
  const functions: ClientFunctions<Uint8Array> = {
    item: item => takeItem(item),
    chunk: chunk => takeChunk(chunk),
  }
  const far = createBirpc<ServerFunctions<Uint8Array>, ClientFunctions<Uint8Array>>(functions, {
    post: data => worker.postMessage(data),
    on: take => worker.on('message', take),
  })
  return Promise.resolve(
    promiseClient({
      ask: ask => far.call(ask),
      items: (count, take) => {
        takeItem = take
        return far.items(count)
      },
      chunks: (count, take) => {
        takeChunk = take
        return far.chunks(count)
      },
      echo: message => far.echo(message),
      close: () => void worker.terminate(),
    }),
  )
})

import { Worker } from 'node:worker_threads'
import { proxy, transfer, wrap } from 'comlink/dist/esm/comlink.mjs'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Far } from './far.js'

clientBench(() => {
  const worker = new Worker(new URL('./thread.js', import.meta.url))
  const far = wrap<Far>(nodeEndpoint(worker))
  return Promise.resolve(
    promiseClient({
      ask: ask => far.call(ask),
      items: (count, take) => far.items(count, proxy(take)),
      chunks: (count, take) => far.chunks(count, proxy(take)),
      echo: message => {
        const copy = message.slice()
        return far.echo(transfer(copy, [copy.buffer]))
      },
      close: () => void worker.terminate(),
    }),
  )
})

import { Worker } from 'node:worker_threads'
import { clientOf } from '../../floor/client-of.js'
import { clientBench } from '../../harness/client.js'
import { portWay } from './port-way.js'

clientBench(() => {
  const worker = new Worker(new URL('./thread.js', import.meta.url))
  const { client, push } = clientOf(
    portWay(worker, read => push(read)),
    () => void worker.terminate(),
  )
  return Promise.resolve(client)
})

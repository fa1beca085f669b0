import { Worker } from 'node:worker_threads'
import { clientOf } from '../../floor/client-of.js'
import { clientBench } from '../../harness/client.js'
import { newRing, readFrom, writeTo } from './ring.js'

clientBench(() => {
  const [up, down] = [newRing(), newRing()]
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: { up, down } })
  const { client, push } = clientOf(writeTo(up), () => void worker.terminate())
  void readFrom(down, push)
  return Promise.resolve(client)
})

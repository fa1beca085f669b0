import { type ClientReadableStream, credentials, type requestCallback } from '@grpc/grpc-js'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer, Ask } from '../../harness/workload.js'
import { type Chunk, type Count, Workload } from './workload.js'

interface Client {
  Call(ask: Ask, answer: requestCallback<Answer>): void
  Items(count: Count): ClientReadableStream<Answer>
  Chunks(count: Count): ClientReadableStream<Chunk>
  Echo(chunk: Chunk, answer: requestCallback<Chunk>): void
  close(): void
}

const unary = <A>(call: (answer: requestCallback<A>) => void): Promise<A> =>
  new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error === null) resolve(answer!)
      else reject(error)
    })
  })

const streamed = <A>(stream: ClientReadableStream<A>, take: (value: A) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.on('data', take)
    stream.on('end', resolve)
    stream.on('error', reject)
  })

clientBench(address => {
  const client = new Workload(address, credentials.createInsecure()) as unknown as Client
  return new Promise((resolve, reject) => {
    const ready = promiseClient({
      ask: ask => unary<Answer>(answer => client.Call(ask, answer)),
      items: (count, take) => streamed(client.Items({ count }), take),
      chunks: (count, take) => streamed(client.Chunks({ count }), ({ data }) => take(data)),
      echo: data => unary<Chunk>(answer => client.Echo({ data }, answer)).then(chunk => chunk.data),
      close: () => client.close(),
    })
    // the first call finds out whether there is a server
    unary<Answer>(answer => client.Call({ name: '', count: 0 }, answer)).then(() => resolve(ready), reject)
  })
})

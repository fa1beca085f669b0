import { once } from 'node:events'
import { type handleUnaryCall, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js'
import { serveBench } from '../../harness/server.js'
import { type Answer, answerTo, type Ask, chunkSize, itemAt } from '../../harness/workload.js'
import { type Chunk, type Count, Workload } from './workload.js'

const chunk = new Uint8Array(chunkSize).fill(7)

const send = async <T>(call: ServerWritableStream<Count, T>, at: (n: number) => T): Promise<void> => {
  for (let n = 0; n < call.request.count; n++) if (!call.write(at(n))) await once(call, 'drain')
  call.end()
}

const call: handleUnaryCall<Ask, Answer> = ({ request }, answer) => answer(null, answerTo(request))
const echo: handleUnaryCall<Chunk, Chunk> = ({ request }, answer) => answer(null, request)

serveBench(
  path =>
    new Promise((resolve, reject) => {
      const server = new Server()
      server.addService(Workload.service, {
        Call: call,
        Items: (call: ServerWritableStream<Count, Answer>) => void send(call, itemAt),
        Chunks: (call: ServerWritableStream<Count, Chunk>) => void send(call, () => ({ data: chunk })),
        Echo: echo,
      })
      const address = `unix:${path}`
      server.bindAsync(address, ServerCredentials.createInsecure(), error => {
        if (error === null) resolve({ address, close: () => server.forceShutdown() })
        else reject(error)
      })
    }),
)

import { type Payload, RSocketConnector } from 'rsocket-core'
import { TcpClientTransport } from 'rsocket-tcp-client'
import { clientBench } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'

/** Items under way at most: as many as sluice has unless told otherwise. */
const ahead = 256

const none = Buffer.from('1')

clientBench(async path => {
  const connector = new RSocketConnector({ transport: new TcpClientTransport({ connectionOptions: { path } }) })
  const rsocket = await connector.connect()
  const ask = (payload: Payload): Promise<Buffer> =>
    new Promise((resolve, onError) => {
      rsocket.requestResponse(payload, {
        onNext: ({ data }) => resolve(data!),
        onError,
        onComplete: () => undefined,
        onExtension: () => undefined,
      })
    })
  const streamed = (payload: Payload, take: (data: Buffer) => void): Promise<void> =>
    new Promise((resolve, onError) => {
      let taken = 0
      const requester = rsocket.requestStream(payload, ahead, {
        onNext: ({ data }, last) => {
          take(data!)
          if (last) resolve()
          else if (++taken % (ahead / 2) === 0) requester.request(ahead / 2)
        },
        onError,
        onComplete: resolve,
        onExtension: () => undefined,
      })
    })
  return promiseClient({
    ask: async one => JSON.parse((await ask({ data: Buffer.from(JSON.stringify(one)) })).toString()) as Answer,
    items: (count, take) =>
      streamed({ data: Buffer.from(String(count)) }, data => take(JSON.parse(data.toString()) as Answer)),
    chunks: (count, take) => streamed({ data: Buffer.from(String(count)), metadata: none }, take),
    echo: message => ask({ data: Buffer.from(message), metadata: none }),
    close: () => rsocket.close(),
  })
})

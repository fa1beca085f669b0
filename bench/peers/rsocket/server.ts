import { type OnNextSubscriber, type OnTerminalSubscriber, type Payload, RSocketServer } from 'rsocket-core'
import { TcpServerTransport } from 'rsocket-tcp-server'
import { serveBench } from '../../harness/server.js'
import { answerTo, type Ask, chunkSize, itemAt } from '../../harness/workload.js'

const chunk = Buffer.alloc(chunkSize, 7)
const ignore = () => undefined

/** Emits so many as are requested, and no more. */
const emitting = (
  count: number,
  at: (n: number) => Buffer,
  first: number,
  to: OnNextSubscriber & OnTerminalSubscriber,
) => {
  let n = 0
  const request = (more: number) => {
    for (const end = Math.min(count, n + more); n < end; n++) to.onNext({ data: at(n) }, n === count - 1)
  }
  request(first)
  return { request, cancel: ignore, onExtension: ignore }
}

const textOf = ({ data }: Payload): string => data?.toString() ?? ''

serveBench(async path => {
  const server = new RSocketServer({
    transport: new TcpServerTransport({ listenOptions: { path } }),
    acceptor: {
      accept: () =>
        Promise.resolve({
          requestResponse: (payload, responder) => {
            // metadata says which method is meant: an echo has some
            const answer = () => Buffer.from(JSON.stringify(answerTo(JSON.parse(textOf(payload)) as Ask)))
            responder.onNext({ data: payload.metadata ? payload.data : answer() }, true)
            return { cancel: ignore, onExtension: ignore }
          },
          requestStream: (payload, first, responder) => {
            const count = Number(textOf(payload))
            const at = payload.metadata ? () => chunk : (n: number) => Buffer.from(JSON.stringify(itemAt(n)))
            return emitting(count, at, first, responder)
          },
        }),
    },
  })
  const listening = await server.bind()
  return { address: path, close: () => listening.close() }
})

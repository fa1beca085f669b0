import type { Socket } from 'node:net'
import ipc from 'node-ipc'
import { serveBench } from '../../harness/server.js'
import { handful, turn } from '../../harness/turns.js'
import { answerTo, type Ask, chunkSize, itemAt } from '../../harness/workload.js'

const chunk = Buffer.alloc(chunkSize, 7)

interface Numbered<A> {
  readonly id: number
  readonly value: A
}

const many = async (id: number, count: number, socket: Socket, pause: number, at: (n: number) => unknown) => {
  for (let n = 0; n < count; n++) {
    ipc.server.emit(socket, 'value', { id, value: at(n) })
    // it does not say when the socket is full: so as not to fill the memory, look at the socket
    if (n % pause === 0)
      do await turn()
      while (socket.writableNeedDrain)
  }
  ipc.server.emit(socket, 'last', { id })
}

serveBench(
  path =>
    new Promise(resolve => {
      ipc.config.id = 'bench'
      ipc.config.silent = true
      ipc.serve(path, () => {
        const { server } = ipc
        const answer = (socket: Socket, id: number, value: unknown) => server.emit(socket, 'last', { id, value })
        server.on('call', ({ id, value }: Numbered<Ask>, socket) => answer(socket, id, answerTo(value)))
        server.on('echo', ({ id, value }: Numbered<string>, socket) => answer(socket, id, value))
        server.on('items', ({ id, value }: Numbered<number>, socket) => void many(id, value, socket, handful, itemAt))
        server.on('chunks', ({ id, value }: Numbered<number>, socket) => {
          void many(id, value, socket, 16, () => chunk.toString('base64'))
        })
        resolve({ address: path, close: () => process.exit() })
      })
      ipc.server.start()
    }),
)

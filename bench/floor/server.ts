import { createServer, type Socket } from 'node:net'
import { serveBench } from '../harness/server.js'
import { answerTo, chunkSize, itemAt } from '../harness/workload.js'
import { Inbox } from './inbox.js'
import { readAsk, varint } from './message.js'
import { kinds, Outbox } from './outbox.js'

const chunk = new Uint8Array(chunkSize).fill(7)

const serve = (socket: Socket) => {
  socket.setMaxListeners(0) // each stream waits for the socket by itself
  const outbox = new Outbox(socket)

  const items = (id: number, count: number) => {
    let sent = 0
    const pump = () => {
      while (sent < count) {
        outbox.answer(id, kinds.item, itemAt(sent++))
        if (socket.writableNeedDrain) {
          socket.once('drain', pump)
          return
        }
      }
      outbox.count(id, kinds.end, count)
    }
    pump()
  }

  const chunks = (id: number, count: number) => {
    let sent = 0
    const pump = () => {
      while (sent < count) {
        sent++
        if (!outbox.writeChunk(id, chunk)) {
          socket.once('drain', pump)
          return
        }
      }
      outbox.count(id, kinds.end, count)
    }
    pump()
  }

  const inbox = new Inbox({
    frame: (id, kind, buffer, from, to) => {
      if (kind === kinds.call) outbox.answer(id, kinds.answer, answerTo(readAsk(buffer, from, to)))
      else if (kind === kinds.stream) items(id, varint(buffer, from))
      else if (kind === kinds.bytes) chunks(id, varint(buffer, from))
    },
    // the client sends one only to have it back
    chunk: (id, chunk) => outbox.writeChunk(id, chunk),
  })
  socket.on('data', data => inbox.push(data))
  socket.on('error', () => socket.destroy())
}

serveBench(
  path =>
    new Promise((resolve, reject) => {
      const sockets = new Set<Socket>()
      const server = createServer(socket => {
        sockets.add(socket)
        serve(socket)
      })
      server.on('error', reject)
      server.listen(path, () => {
        const close = () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        resolve({ address: path, close })
      })
    }),
)

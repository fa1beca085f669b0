import { createServer, type Socket } from 'node:net'
import { serveBench } from '../harness/server.js'
import { answerTo, chunkSize, echoSize, itemAt } from '../harness/workload.js'
import { Inbox } from './inbox.js'
import { kinds, Outbox } from './outbox.js'

const chunk = new Uint8Array(chunkSize).fill(7)

const serve = (socket: Socket) => {
  socket.setMaxListeners(0) // each stream waits for the socket by itself
  const outbox = new Outbox(socket)
  let echo = Buffer.allocUnsafeSlow(echoSize)
  let echoed = 0

  const items = (id: number, count: number) => {
    let sent = 0
    const pump = () => {
      while (sent < count) {
        const { text, total } = itemAt(sent++)
        outbox.write(id, kinds.item, text, total)
        if (socket.writableNeedDrain) {
          socket.once('drain', pump)
          return
        }
      }
      outbox.write(id, kinds.end, '', count)
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
      outbox.write(id, kinds.end, '', count)
    }
    pump()
  }

  const inbox = new Inbox({
    frame: (id, kind, name, count) => {
      if (kind === kinds.call) {
        const { text, total } = answerTo({ name, count })
        outbox.write(id, kinds.answer, text, total)
      } else if (kind === kinds.stream) items(id, count)
      else if (kind === kinds.bytes) chunks(id, count)
    },
    // the client sends bytes only to have them back: each message once it is whole
    bytes: (id, view) => {
      echo.set(view, echoed)
      echoed += view.length
      if (echoed < echoSize) return
      outbox.writeChunk(id, echo)
      echo = Buffer.allocUnsafeSlow(echoSize)
      echoed = 0
    },
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

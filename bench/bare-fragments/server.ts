// for their size alone: see subject.ts
import 'sluice'
import 'sluice/node'
import type { Socket } from 'node:net'
import { listenAt } from '../harness/listen-at.js'
import { serveBench } from '../harness/server.js'
import { answerTo, chunkSize, messageSize, type Ask } from '../harness/workload.js'
import { kinds, read, write } from './framing.js'

const message = Buffer.alloc(messageSize, 7)
const empty = Buffer.alloc(0)

const send = (socket: Socket, count: number) => {
  let sent = 0
  let at = 0
  let current = empty
  const pump = () => {
    for (;;) {
      if (at === current.length) {
        if (sent++ === count) {
          write(socket, kinds.end, empty)
          return
        }
        // what the application hands over is its own: it may change it
        current = Buffer.from(message)
        at = 0
      }
      const part = current.subarray(at, at + chunkSize)
      at += part.length
      if (!write(socket, at === current.length ? kinds.last : kinds.part, part)) {
        socket.once('drain', pump)
        return
      }
    }
  }
  pump()
}

const serve = (socket: Socket) => {
  read(socket, (kind, body) => {
    if (kind === kinds.messages) send(socket, body.readUInt32LE())
    else if (kind === kinds.ask)
      write(socket, kinds.answer, Buffer.from(JSON.stringify(answerTo(JSON.parse(body.toString()) as Ask))))
  })
  socket.on('error', () => socket.destroy())
}

serveBench(path => listenAt(path, serve))

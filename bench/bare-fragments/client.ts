// for their size alone: see subject.ts
import 'sluice'
import 'sluice/node'
import { connect } from 'node:net'
import { type BenchClient, clientBench } from '../harness/client.js'
import { type Answer, askFor, isAnswer, messageSize } from '../harness/workload.js'
import { kinds, read, write } from './framing.js'

const dial = (path: string): Promise<BenchClient> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path })
    let answered: (answer: Answer) => void = () => undefined
    let ended: () => void = () => undefined
    let parts: Buffer[] = []
    let bytes = 0
    read(socket, (kind, body) => {
      if (kind === kinds.answer) answered(JSON.parse(body.toString()) as Answer)
      else if (kind === kinds.end) ended()
      else {
        parts.push(body)
        if (kind === kinds.part) return
        bytes += Buffer.concat(parts).length
        parts = []
      }
    })
    const client: BenchClient = {
      fairness: count =>
        new Promise((settle, fail) => {
          const durations: number[] = []
          let over = false
          let n = 0
          bytes = 0
          const next = () => {
            const start = performance.now()
            answered = ({ text, total }) => {
              durations.push((performance.now() - start) * 1e6)
              if (!isAnswer(n++, text, total)) fail(new Error('a wrong answer came'))
              if (!over) next()
            }
            write(socket, kinds.ask, Buffer.from(JSON.stringify(askFor(n))))
          }
          ended = () => {
            over = true
            if (bytes === count * messageSize) settle(Float64Array.from(durations))
            else fail(new Error(`${bytes} bytes came`))
          }
          const wanted = Buffer.alloc(4)
          wanted.writeUInt32LE(count)
          write(socket, kinds.messages, wanted)
          next()
        }),
      close: () => socket.destroy(),
    }
    socket.on('error', reject)
    socket.on('connect', () => resolve(client))
  })

clientBench(dial)

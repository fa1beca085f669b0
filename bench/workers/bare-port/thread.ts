import { parentPort } from 'node:worker_threads'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'
import { type Answered, type Said, window } from './messages.js'

const port = parentPort!
const chunk = new Uint8Array(chunkSize).fill(7)
const send = (answered: Answered, transfer?: readonly ArrayBuffer[]): void => port.postMessage(answered, transfer)

let pump: () => void = () => undefined

const stream = (count: number, lot: number, post: (n: number) => void): void => {
  let sent = 0
  let allowed = 2 * lot
  pump = () => {
    allowed += lot
    go()
  }
  const go = () => {
    for (const end = Math.min(count, allowed); sent < end; sent++) post(sent)
    if (sent === count && pump !== nothing) {
      pump = nothing
      send({ kind: 'end' })
    }
  }
  go()
}

const nothing = () => undefined

port.on('message', (said: Said) => {
  switch (said.kind) {
    case 'call':
      return send({ kind: 'answer', id: said.id, answer: answerTo(said.ask) })
    case 'items':
      return stream(said.count, window.items / 2, n => send({ kind: 'item', item: itemAt(n) }))
    case 'chunks':
      return stream(said.count, window.chunks / 2, () => {
        const bytes = chunk.slice()
        send({ kind: 'chunk', bytes }, [bytes.buffer])
      })
    case 'echo':
      return send(said, [said.bytes.buffer as ArrayBuffer])
    case 'more':
      return pump()
    default:
      said satisfies never
  }
})

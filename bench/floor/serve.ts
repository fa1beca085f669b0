import { answerTo, chunkSize, itemAt } from '../harness/workload.js'
import { Inbox } from './inbox.js'
import { readAsk, varint } from './message.js'
import { kinds, Outbox, type Way } from './outbox.js'

const chunk = new Uint8Array(chunkSize).fill(7)

/** Answers what comes over some way to a client; what this gives takes in what came. */
export const serve = (way: Way): ((read: Buffer) => void) => {
  const outbox = new Outbox(way)

  // streams that wait for room; each goes to the end of the line with its turn, and one listener does for all
  const waiting = new Set<() => void>()
  let listening = false
  const listen = () => {
    if (listening) return
    listening = true
    way.once('drain', drained)
  }
  const wait = (pump: () => void) => {
    waiting.add(pump)
    listen()
  }
  const drained = () => {
    listening = false
    for (const pump of waiting) {
      if (way.writableNeedDrain) {
        listen()
        return
      }
      waiting.delete(pump)
      pump()
    }
  }

  const items = (id: number, count: number) => {
    let sent = 0
    const pump = () => {
      while (sent < count) {
        outbox.answer(id, kinds.item, itemAt(sent++))
        if (way.writableNeedDrain) {
          wait(pump)
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
          wait(pump)
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
  return read => inbox.push(read)
}

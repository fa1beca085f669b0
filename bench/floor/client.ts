import { connect } from 'node:net'
import { type BenchClient, clientBench } from '../harness/client.js'
import { askFor, chunkSize, echoMessage, echoSize, isAnswer, isItem, messageSize } from '../harness/workload.js'
import { Inbox } from './inbox.js'
import { kinds, Outbox } from './outbox.js'

/** A call in flight: which request it carries, and who waits for its answer. */
interface Waiting {
  readonly n: number
  readonly take: () => void
}

const dial = (path: string): Promise<BenchClient> =>
  new Promise((resolve, reject) => {
    // calls in flight by id; an id is free again once answered
    const waiting: Array<Waiting | undefined> = []
    const free: number[] = []
    // items that came so far, by stream
    let items: number[] = []
    let bytes = 0
    let ended: (id: number) => void = () => undefined
    let echoed: (() => void) | undefined
    // where messages are put together, in `fairness`
    let message: Buffer | undefined

    const inbox = new Inbox({
      frame: (id, kind, text, total) => {
        if (kind === kinds.answer) {
          const call = waiting[id]
          if (call === undefined || !isAnswer(call.n, text, total)) throw new Error(`a wrong answer: ${text}, ${total}`)
          waiting[id] = undefined
          free.push(id)
          call.take()
        } else if (kind === kinds.item) {
          if (!isItem(items[id]!++, text, total)) throw new Error(`a wrong item: ${text}, ${total}`)
        } else if (kind === kinds.end) ended(id)
      },
      bytes: (_, view) => {
        if (message !== undefined) message = joined(message, bytes % messageSize, view)
        bytes += view.length
        if (echoed !== undefined && bytes === echoSize) echoed()
      },
    })

    const buffer = Buffer.allocUnsafeSlow(65_536)
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: size => {
          inbox.push(buffer.subarray(0, size))
          return true
        },
      },
    })
    const outbox = new Outbox(socket)

    const call = (n: number, take: () => void) => {
      const id = free.pop() ?? waiting.length
      waiting[id] = { n, take }
      const { name, count } = askFor(n)
      outbox.write(id, kinds.call, name, count)
    }

    const untilEnd = (kind: number, count: number, came: () => number, expected: number): Promise<void> =>
      new Promise((settle, fail) => {
        items = [0, 0]
        bytes = 0
        ended = () => {
          if (came() === expected) settle()
          else fail(new Error(`${came()} of ${expected} came`))
        }
        outbox.write(1, kind, '', count)
      })

    const client: BenchClient = {
      latency: calls =>
        new Promise(settle => {
          const durations = new Float64Array(calls)
          let n = 0
          let start = 0
          const next = () => {
            start = performance.now()
            call(n, take)
          }
          const take = () => {
            durations[n++] = (performance.now() - start) * 1e6
            if (n < calls) next()
            else settle(durations)
          }
          next()
        }),
      calls: (calls, inFlight) =>
        new Promise(settle => {
          let made = 0
          let done = 0
          const take = () => {
            done++
            if (made < calls) call(made++, take)
            else if (done === calls) settle()
          }
          while (made < Math.min(calls, inFlight)) call(made++, take)
        }),
      stream: count => untilEnd(kinds.stream, count, () => items[1] ?? 0, count),
      bytes: count => untilEnd(kinds.bytes, count, () => bytes, count * chunkSize),
      big: count =>
        new Promise(settle => {
          let left = count
          const next = () => {
            bytes = 0
            outbox.writeChunk(1, echoMessage)
          }
          echoed = () => {
            if (--left > 0) next()
            else {
              echoed = undefined
              settle()
            }
          }
          next()
        }),
      streams: (streams, count) =>
        new Promise((settle, fail) => {
          let left = streams
          items = Array.from({ length: streams }, () => 0)
          ended = id => {
            if (items[id] !== count) fail(new Error(`${items[id]} of ${count} came`))
            if (--left === 0) settle()
          }
          for (let id = 0; id < streams; id++) outbox.write(id, kinds.stream, '', count)
        }),
      fairness: count => {
        const durations: number[] = []
        let over = false
        let n = 0
        let start = 0
        const next = () => {
          start = performance.now()
          call(n++, () => {
            durations.push((performance.now() - start) * 1e6)
            if (!over) next()
          })
        }
        next()
        message = Buffer.allocUnsafeSlow(messageSize)
        const chunks = count * (messageSize / chunkSize)
        return untilEnd(kinds.bytes, chunks, () => bytes, chunks * chunkSize).then(() => {
          over = true
          message = undefined
          return Float64Array.from(durations)
        })
      },
      close: () => socket.destroy(),
    }
    socket.on('error', reject)
    socket.on('connect', () => resolve(client))
  })

/** Puts a piece of a message in its place; a message that is whole leaves for good, and the next one has a place of its own. */
const joined = (message: Buffer, at: number, piece: Uint8Array): Buffer => {
  const rest = messageSize - at
  message.set(piece.length > rest ? piece.subarray(0, rest) : piece, at)
  if (piece.length < rest) return message
  const next = Buffer.allocUnsafeSlow(messageSize)
  next.set(piece.subarray(rest))
  return next
}

clientBench(dial)

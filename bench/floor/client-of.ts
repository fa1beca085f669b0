import type { BenchClient } from '../harness/client.js'
import {
  type Answer,
  askFor,
  chunkSize,
  echoMessage,
  echoSize,
  isAnswer,
  isItem,
  messageSize,
} from '../harness/workload.js'
import { Inbox } from './inbox.js'
import { readAnswer } from './message.js'
import { kinds, Outbox, type Way } from './outbox.js'

/** A call in flight: which request it carries, and who waits for its answer. */
interface Waiting {
  readonly n: number
  readonly take: (n: number, answer: Answer) => void
}

/** A stream in flight. */
interface Streaming {
  readonly item: (answer: Answer) => void
  readonly chunk: (chunk: Uint8Array) => void
  readonly end: () => void
}

const nothing = () => undefined

const checked = (n: number, { text, total }: Answer): void => {
  if (!isAnswer(n, text, total)) throw new Error(`a wrong answer: ${text}, ${total}`)
}

/** A client over some way to the server, and what takes in what came over it. */
export interface FloorClient {
  readonly client: BenchClient
  readonly push: (read: Buffer) => void
  /** Makes one call, and calls back with its request's number and its answer. */
  readonly call: (n: number, take: (n: number, answer: Answer) => void) => void
  /** Asks for a stream of so many items. */
  readonly items: (count: number, take: Pick<Streaming, 'item' | 'end'>) => void
}

export const clientOf = (way: Way, close: () => void): FloorClient => {
  // calls in flight by id; an id is free again once answered
  const waiting: Array<Waiting | undefined> = []
  const free: number[] = []
  const streams = new Map<number, Streaming>()
  let lastStream = 0

  const inbox = new Inbox({
    frame: (id, kind, buffer, from, to) => {
      if (kind === kinds.answer) {
        const call = waiting[id]
        if (call === undefined) throw new Error(`nobody asked for answer ${id}`)
        waiting[id] = undefined
        free.push(id)
        call.take(call.n, readAnswer(buffer, from, to))
      } else if (kind === kinds.item) streams.get(id)?.item(readAnswer(buffer, from, to))
      else if (kind === kinds.end) {
        const stream = streams.get(id)
        streams.delete(id)
        stream?.end()
      }
    },
    chunk: (id, chunk) => streams.get(id)?.chunk(chunk),
  })

  const outbox = new Outbox(way)

  const call = (n: number, take: (n: number, answer: Answer) => void) => {
    const id = free.pop() ?? waiting.length
    waiting[id] = { n, take }
    outbox.ask(id, askFor(n))
  }

  const items = (count: number, { item, end }: Pick<Streaming, 'item' | 'end'>) => {
    const id = ++lastStream
    streams.set(id, { item, chunk: nothing, end })
    outbox.count(id, kinds.stream, count)
  }

  const itemsOf = (count: number): Promise<void> =>
    new Promise((settle, fail) => {
      let n = 0
      items(count, {
        item: ({ text, total }) => {
          if (!isItem(n++, text, total)) throw new Error(`a wrong item: ${text}, ${total}`)
        },
        end: () => {
          if (n === count) settle()
          else fail(new Error(`${n} of ${count} items came`))
        },
      })
    })

  const chunksOf = (count: number, chunk: (chunk: Uint8Array) => void): Promise<void> =>
    new Promise((settle, fail) => {
      let bytes = 0
      const id = ++lastStream
      streams.set(id, {
        item: nothing,
        chunk: bits => {
          bytes += bits.length
          chunk(bits)
        },
        end: () => {
          if (bytes === count * chunkSize) settle()
          else fail(new Error(`${bytes} of ${count * chunkSize} bytes came`))
        },
      })
      outbox.count(id, kinds.bytes, count)
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
        const take = (asked: number, answer: Answer) => {
          checked(asked, answer)
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
        const take = (n: number, answer: Answer) => {
          checked(n, answer)
          done++
          if (made < calls) call(made++, take)
          else if (done === calls) settle()
        }
        while (made < Math.min(calls, inFlight)) call(made++, take)
      }),
    stream: itemsOf,
    bytes: count => chunksOf(count, nothing),
    big: count =>
      new Promise((settle, fail) => {
        let left = count
        const id = ++lastStream
        const next = () => outbox.writeChunk(id, echoMessage)
        streams.set(id, {
          item: nothing,
          chunk: echo => {
            if (echo.length !== echoSize) fail(new Error(`${echo.length} bytes came back`))
            if (--left > 0) next()
            else {
              streams.delete(id)
              settle()
            }
          },
          end: nothing,
        })
        next()
      }),
    streams: (streams, count) =>
      Promise.all(Array.from({ length: streams }, () => itemsOf(count))).then(() => undefined),
    fairness: count => {
      const durations: number[] = []
      let over = false
      let n = 0
      let start = 0
      const next = () => {
        start = performance.now()
        call(n++, (asked, answer) => {
          checked(asked, answer)
          durations.push((performance.now() - start) * 1e6)
          if (!over) next()
        })
      }
      next()
      // a message that is whole leaves for good, and the next one has a place of its own
      let message = Buffer.allocUnsafeSlow(messageSize)
      let filled = 0
      return chunksOf(count * (messageSize / chunkSize), chunk => {
        if (filled === messageSize) {
          message = Buffer.allocUnsafeSlow(messageSize)
          filled = 0
        }
        message.set(chunk, filled)
        filled += chunk.length
      }).then(() => {
        over = true
        return Float64Array.from(durations)
      })
    },
    close: () => close(),
  }
  return { client, push: read => inbox.push(read), call, items }
}

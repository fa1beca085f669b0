import { Worker } from 'node:worker_threads'
import { clientBench } from '../../harness/client.js'
import { type Answer, askFor, chunkSize, echoMessage, echoSize, isAnswer, isItem } from '../../harness/workload.js'
import { type Answered, type Said, window } from './messages.js'

clientBench(() => {
  const worker = new Worker(new URL('./thread.js', import.meta.url))
  const send = (said: Said, transfer?: readonly ArrayBuffer[]): void => worker.postMessage(said, transfer)
  // calls in flight by id; an id is free again once answered
  const waiting: Array<((answer: Answer) => void) | undefined> = []
  const free: number[] = []
  let take: (answered: Answered) => void = () => undefined

  worker.on('message', (answered: Answered) => {
    if (answered.kind !== 'answer') return take(answered)
    const call = waiting[answered.id]
    waiting[answered.id] = undefined
    free.push(answered.id)
    call?.(answered.answer)
  })

  const call = (n: number, answered: () => void) => {
    const id = free.pop() ?? waiting.length
    waiting[id] = ({ text, total }) => {
      if (!isAnswer(n, text, total)) throw new Error(`a wrong answer: ${text}, ${total}`)
      answered()
    }
    send({ kind: 'call', id, ask: askFor(n) })
  }

  /** Says so whenever a lot has come, and settles at the end. */
  const untilEnd = (said: Said, lot: number, one: (answered: Answered) => void): Promise<void> =>
    new Promise(settle => {
      let came = 0
      take = answered => {
        if (answered.kind === 'end') return settle()
        one(answered)
        if (++came % lot === 0) send({ kind: 'more' })
      }
      send(said)
    })

  return Promise.resolve({
    latency: calls =>
      new Promise(settle => {
        const durations = new Float64Array(calls)
        let n = 0
        const next = () => {
          const start = performance.now()
          call(n, () => {
            durations[n++] = (performance.now() - start) * 1e6
            if (n < calls) next()
            else settle(durations)
          })
        }
        next()
      }),
    calls: (calls, inFlight) =>
      new Promise(settle => {
        let made = 0
        let done = 0
        const answered = () => {
          done++
          if (made < calls) call(made++, answered)
          else if (done === calls) settle()
        }
        while (made < Math.min(calls, inFlight)) call(made++, answered)
      }),
    stream: async count => {
      let items = 0
      await untilEnd({ kind: 'items', count }, window.items / 2, answered => {
        if (answered.kind !== 'item') throw new Error(`${answered.kind} came`)
        const { text, total } = answered.item
        if (!isItem(items++, text, total)) throw new Error(`a wrong item: ${text}, ${total}`)
      })
      if (items !== count) throw new Error(`${items} of ${count} items came`)
    },
    bytes: async count => {
      let bytes = 0
      await untilEnd({ kind: 'chunks', count }, window.chunks / 2, answered => {
        if (answered.kind === 'chunk') bytes += answered.bytes.length
      })
      if (bytes !== count * chunkSize) throw new Error(`${bytes} bytes came`)
    },
    big: count =>
      new Promise((settle, fail) => {
        let left = count
        const next = () => {
          const bytes = echoMessage.slice()
          send({ kind: 'echo', bytes }, [bytes.buffer])
        }
        take = answered => {
          if (answered.kind !== 'echo' || answered.bytes.length !== echoSize) fail(new Error('a wrong echo came'))
          if (--left > 0) next()
          else settle()
        }
        next()
      }),
    close: () => void worker.terminate(),
  })
})

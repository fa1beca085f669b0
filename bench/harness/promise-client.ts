import type { BenchClient } from './client.js'
import { type Answer, type Ask, askFor, chunkSize, echoMessage, echoSize, isAnswer, isItem } from './workload.js'

/** What a subject that speaks in promises and callbacks has to offer; what it cannot do is left out. */
export interface Promising {
  readonly ask: (ask: Ask) => PromiseLike<Answer>
  /** Hands over a stream of that many items, one after the other; resolves at its end. */
  readonly items?: (count: number, take: (item: Answer) => void) => Promise<void>
  /** The same of chunks. */
  readonly chunks?: (count: number, take: (chunk: Uint8Array) => void) => Promise<void>
  readonly echo?: (message: Uint8Array) => PromiseLike<Uint8Array>
  readonly cpu?: () => Promise<number>
  readonly close: () => void
}

/** A client for the benchmark out of such a subject: checks every value as the others do. */
export const promiseClient = ({ ask, items, chunks, echo, cpu, close }: Promising): BenchClient => {
  const call = async (n: number): Promise<void> => {
    const { text, total } = await ask(askFor(n))
    if (!isAnswer(n, text, total)) throw new Error(`a wrong answer: ${text}, ${total}`)
  }
  return {
    latency: async calls => {
      const durations = new Float64Array(calls)
      for (let n = 0; n < calls; n++) {
        const start = performance.now()
        await call(n)
        durations[n] = (performance.now() - start) * 1e6
      }
      return durations
    },
    calls: async (calls, inFlight) => {
      let made = 0
      const lane = async () => {
        while (made < calls) await call(made++)
      }
      await Promise.all(Array.from({ length: Math.min(inFlight, calls) }, lane))
    },
    ...(items && {
      stream: async count => {
        let came = 0
        await items(count, ({ text, total }) => {
          if (!isItem(came++, text, total)) throw new Error(`a wrong item: ${text}, ${total}`)
        })
        if (came !== count) throw new Error(`${came} of ${count} items came`)
      },
    }),
    ...(chunks && {
      bytes: async count => {
        let bytes = 0
        await chunks(count, chunk => (bytes += chunk.length))
        if (bytes !== count * chunkSize) throw new Error(`${bytes} of ${count * chunkSize} bytes came`)
      },
    }),
    ...(echo && {
      big: async echoes => {
        for (let n = 0; n < echoes; n++) {
          const { length } = await echo(echoMessage)
          if (length !== echoSize) throw new Error(`${length} of ${echoSize} bytes came`)
        }
      },
    }),
    ...(cpu && { cpu }),
    close,
  }
}

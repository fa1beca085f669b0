import { handful } from '../../harness/turns.js'
import { answerTo, type Ask, chunkSize, itemAt } from '../../harness/workload.js'

/** What the parent says; bytes are base64 where the channel is JSON. */
export type Said =
  | { readonly type: 'call'; readonly id: number; readonly ask: Ask }
  | { readonly type: 'items' | 'chunks'; readonly id: number; readonly count: number }
  | { readonly type: 'echo'; readonly id: number; readonly bytes: unknown }
  | { readonly type: 'cpu'; readonly id: number }

/** What the child answers; a value without `last` is one of several. */
export interface Answered {
  readonly id: number
  readonly value?: unknown
  readonly last?: true
}

/** The child: answers, with `raw` bytes or as text. */
export const farEnd = (raw: boolean): void => {
  const chunk = Buffer.alloc(chunkSize, 7)
  const send = (answered: Answered): void => void process.send!(answered)
  const sent = (answered: Answered): Promise<void> =>
    new Promise((resolve, reject) => {
      process.send!(answered, undefined, undefined, error => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  const many = async (id: number, count: number, pause: number, at: (n: number) => unknown): Promise<void> => {
    for (let n = 0; n < count; n++) {
      // the channel says when a message has left, and its buffer has no limit: so as not to fill the memory, wait at times
      if (n % pause === 0) await sent({ id, value: at(n) })
      else send({ id, value: at(n) })
    }
    send({ id, last: true })
  }
  process.on('message', (said: Said) => {
    const { id } = said
    if (said.type === 'call') send({ id, value: answerTo(said.ask), last: true })
    else if (said.type === 'echo') send({ id, value: said.bytes, last: true })
    else if (said.type === 'items') void many(id, said.count, handful, itemAt)
    else if (said.type === 'chunks') void many(id, said.count, 16, () => (raw ? chunk : chunk.toString('base64')))
    else {
      const { user, system } = process.cpuUsage()
      send({ id, value: user + system, last: true })
    }
  })
  process.on('disconnect', () => process.exit())
}

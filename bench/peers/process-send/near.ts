import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BenchClient } from '../../harness/client.js'
import { promiseClient } from '../../harness/promise-client.js'
import type { Answer } from '../../harness/workload.js'
import type { Answered, Said } from './far.js'

type Unnumbered<S> = S extends unknown ? Omit<S, 'id'> : never

/** Starts the child and numbers what it is asked, so that answers find their questions; the channel does not do that. */
export const nearEnd = (far: URL, raw: boolean): BenchClient => {
  const child = fork(fileURLToPath(far), { serialization: raw ? 'advanced' : 'json' })
  const waiting = new Map<number, { take?: (value: unknown) => void; end: (value: unknown) => void }>()
  let ids = 0
  child.on('message', ({ id, value, last }: Answered) => {
    const waits = waiting.get(id)
    if (last) {
      waiting.delete(id)
      waits?.end(value)
    } else waits?.take?.(value)
  })
  const ask = (said: Unnumbered<Said>, take?: (value: unknown) => void): Promise<unknown> =>
    new Promise(end => {
      const id = ids++
      waiting.set(id, take === undefined ? { end } : { take, end })
      child.send({ ...said, id })
    })
  const bytesOf = (value: unknown): Uint8Array => (raw ? (value as Uint8Array) : Buffer.from(value as string, 'base64'))
  return promiseClient({
    ask: one => ask({ type: 'call', ask: one }) as Promise<Answer>,
    items: async (count, take) => void (await ask({ type: 'items', count }, item => take(item as Answer))),
    chunks: async (count, take) => void (await ask({ type: 'chunks', count }, chunk => take(bytesOf(chunk)))),
    echo: async message =>
      bytesOf(await ask({ type: 'echo', bytes: raw ? message : Buffer.from(message).toString('base64') })),
    cpu: () => ask({ type: 'cpu' }) as Promise<number>,
    close: () => child.disconnect(),
  })
}

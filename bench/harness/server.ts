import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Order, Report } from './messages.js'

/** A server that runs. */
export interface Serving {
  /** What the client dials. */
  readonly address: string
  readonly close: () => void
}

/**
 * Makes this process the server of a subject: a `server.ts` calls it once.
 *
 * @param start - listens; the path is a free one for a unix socket, in a private folder
 */
export const serveBench = (start: (path: string) => Promise<Serving>): void => {
  const report = (message: Report) => process.send?.(message)
  process.on('disconnect', () => process.exit())
  start(process.argv[2] ?? '').then(
    ({ address, close }) => {
      process.on('message', (order: Order) => {
        if (order._tag === 'Cpu') {
          const { user, system } = process.cpuUsage()
          report({ _tag: 'Cpu', us: user + system })
        } else if (order._tag === 'Heap') report({ _tag: 'Heap', ...heapInUse() })
        else if (order._tag === 'Stop') {
          close()
          process.disconnect()
        }
      })
      report({ _tag: 'Ready', address })
    },
    (error: unknown) => report({ _tag: 'Failed', message: String(error) }),
  )
}

/** What is in use once all that can be freed is. */
const heapInUse = (): { readonly heap: number; readonly buffers: number } => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 4; i++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, buffers: arrayBuffers }
}

import type { AddressInfo } from 'node:net'
import { initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { serveBench } from '../../harness/server.js'
import { handful, turn } from '../../harness/turns.js'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'

const t = initTRPC.create()
const count = z.number().int()
const chunk = Buffer.alloc(chunkSize, 7)

const router = t.router({
  ask: t.procedure.input(z.object({ name: z.string(), count })).query(({ input }) => answerTo(input)),
  // what it yields is sent without a look at the socket: so as not to fill the memory, wait a turn at times
  items: t.procedure.input(count).subscription(async function* ({ input }) {
    for (let n = 0; n < input; n++) {
      yield itemAt(n)
      if (n % handful === 0) await turn()
    }
  }),
  chunks: t.procedure.input(count).subscription(async function* ({ input }) {
    for (let n = 0; n < input; n++) {
      yield chunk.toString('base64')
      if (n % 16 === 0) await turn()
    }
  }),
  echo: t.procedure.input(z.string()).mutation(({ input }) => input),
})

/** What the client is typed by. */
export type Router = typeof router

serveBench(
  () =>
    new Promise((resolve, reject) => {
      const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 })
      applyWSSHandler({ wss, router })
      wss.on('error', reject)
      wss.on('listening', () =>
        resolve({ address: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`, close: () => process.exit() }),
      )
    }),
)

import { parentPort } from 'node:worker_threads'
import { expose, transfer } from 'comlink/dist/esm/comlink.mjs'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { answerTo, chunkSize, itemAt } from '../../harness/workload.js'
import type { Far } from './far.js'

const chunk = new Uint8Array(chunkSize).fill(7)

/** Calls back so often, as many at once as a sluice's stream may have under way. */
const inTurn = async (count: number, send: (n: number) => unknown): Promise<void> => {
  for (let n = 0; n < count;) {
    const under: unknown[] = []
    for (const end = Math.min(count, n + 256); n < end; n++) under.push(send(n))
    await Promise.all(under)
  }
}

const far: Far = {
  call: answerTo,
  items: (count, take) => inTurn(count, n => take(itemAt(n))),
  chunks: (count, take) =>
    inTurn(count, () => {
      const copy = chunk.slice()
      return take(transfer(copy, [copy.buffer]))
    }),
  echo: message => transfer(message, [message.buffer]),
}

expose(far, nodeEndpoint(parentPort!))

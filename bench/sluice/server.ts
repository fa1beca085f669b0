import { mergeMap, NEVER } from 'rxjs'
import { peer, serve } from 'sluice'
import { bind } from 'sluice/node'
import { serveBench } from '../harness/server.js'
import { answerTo, chunkSize, itemAt, messageSize } from '../harness/workload.js'
import { Workload } from './contract.js'

const chunk = new Uint8Array(chunkSize).fill(7)
const message = new Uint8Array(messageSize).fill(7)

function* times<T>(count: number, at: (n: number) => T): Iterable<T> {
  for (let n = 0; n < count; n++) yield at(n)
}

serveBench(
  path =>
    new Promise((resolve, reject) => {
      const serving = bind({ path })
        .pipe(
          mergeMap(door => {
            resolve({ address: String(door.key), close: () => serving.unsubscribe() })
            return door.pipes$
          }),
          peer({ serves: Workload, limits: { calls: 16_384 } }), // `scale` has 10,000 streams open
          mergeMap(client =>
            serve(client, {
              call: ask => answerTo(ask),
              items: count => times(count, itemAt),
              chunks: count => times(count, () => chunk),
              messages: count => times(count, () => message),
              echo: bytes => bytes,
              idle: () => NEVER,
            }),
          ),
        )
        .subscribe({ error: reject })
    }),
)

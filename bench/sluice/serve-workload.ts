import { mergeMap, NEVER } from 'rxjs'
import { type AnswerOptions, peer, serve, type Transport } from 'sluice'
import { answerTo, chunkSize, itemAt, messageSize } from '../harness/workload.js'
import { Workload } from './contract.js'

const chunk = new Uint8Array(chunkSize).fill(7)
const message = new Uint8Array(messageSize).fill(7)

function* times<T>(count: number, at: (n: number) => T): Iterable<T> {
  for (let n = 0; n < count; n++) yield at(n)
}

/**
 * Answers whoever comes, as the README does it.
 *
 * @param options - for every method
 */
export const serveWorkload = (pipes$: Transport, options: AnswerOptions = {}) =>
  pipes$.pipe(
    peer({ serves: Workload, limits: { calls: 16_384 } }), // `scale` has 10,000 streams open
    mergeMap(client =>
      serve(
        client,
        {
          call: ask => answerTo(ask),
          items: count => times(count, itemAt),
          chunks: count => times(count, () => chunk),
          messages: count => times(count, () => message),
          echo: bytes => bytes,
          idle: () => NEVER,
        },
        options,
      ),
    ),
  )

import { mergeMap, tap } from 'rxjs'
import type { AnswerOptions } from 'sluice'
import { bind } from 'sluice/node'
import { serveBench } from '../harness/server.js'
import { serveWorkload } from './serve-workload.js'

/**
 * Listens as the README does it.
 *
 * @param options - for every method
 */
export const serveAt = (options: AnswerOptions = {}): void =>
  serveBench(
    path =>
      new Promise((resolve, reject) => {
        const pipes$ = bind({ path }).pipe(
          tap(door => resolve({ address: String(door.key), close: () => serving.unsubscribe() })),
          mergeMap(door => door.pipes$),
        )
        const serving = serveWorkload(pipes$, options).subscribe({ error: reject })
      }),
  )

import { mergeMap, tap } from 'rxjs'
import { bind } from 'sluice/node'
import { serveBench } from '../harness/server.js'
import { serveWorkload } from './serve-workload.js'

serveBench(
  path =>
    new Promise((resolve, reject) => {
      const pipes$ = bind({ path }).pipe(
        tap(door => resolve({ address: String(door.key), close: () => serving.unsubscribe() })),
        mergeMap(door => door.pipes$),
      )
      const serving = serveWorkload(pipes$).subscribe({ error: reject })
    }),
)

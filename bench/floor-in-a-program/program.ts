import { lastValueFrom, mergeMap, range } from 'rxjs'
import { memoryPipes, peer } from 'sluice'
import { askFor } from '../harness/workload.js'
import { Workload } from '../sluice/contract.js'
import { serveWorkload } from '../sluice/serve-workload.js'

/** A connection over sluice that has been used, and stays: what a program holds beside the floor's loop. */
export const program = (): Promise<unknown> => {
  const { dial, pipes$ } = memoryPipes()
  serveWorkload(pipes$).subscribe()
  return new Promise((resolve, reject) => {
    dial.pipe(peer({ uses: Workload })).subscribe({
      next: ({ remote }) => {
        const calls$ = range(0, 1_000).pipe(mergeMap(n => remote.call(askFor(n)), 16))
        lastValueFrom(calls$, { defaultValue: undefined }).then(resolve, reject)
      },
      error: reject,
    })
  })
}

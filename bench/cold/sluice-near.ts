import { fileURLToPath } from 'node:url'
import { map, switchMap, take } from 'rxjs'
import { peer } from 'sluice'
import { spawn } from 'sluice/node'
import { askFor, isAnswer } from '../harness/workload.js'
import { Workload } from '../sluice/contract.js'

/** sluice: starts a child, asks it once. */
const far = fileURLToPath(new URL('./sluice-far.js', import.meta.url))
const spawned = performance.now()

spawn(process.execPath, { args: [far] })
  .pipe(
    peer({ uses: Workload }),
    switchMap(({ remote }) => remote.call(askFor(1))),
    map(({ text, total }) => {
      const now = performance.now()
      if (!isAnswer(1, text, total)) throw new Error(`a wrong answer: ${text}, ${total}`)
      return { fromStart: now, fromSpawn: now - spawned }
    }),
    take(1),
  )
  .subscribe(found => {
    process.send?.(found)
    process.disconnect()
  })

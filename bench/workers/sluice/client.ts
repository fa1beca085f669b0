import { peer } from 'sluice'
import { spawn } from 'sluice/node'
import { clientBench } from '../../harness/client.js'
import { clientOf } from '../../sluice/client-of.js'
import { Workload } from '../../sluice/contract.js'

clientBench(
  () =>
    new Promise((resolve, reject) => {
      spawn(new URL('./thread.js', import.meta.url), { via: 'worker' })
        .pipe(peer({ uses: Workload }))
        .subscribe({ next: workload => resolve(clientOf(workload)), error: reject })
    }),
)

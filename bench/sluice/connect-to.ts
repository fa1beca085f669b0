import { peer, type CallOptions } from 'sluice'
import { dial } from 'sluice/node'
import type { BenchClient } from '../harness/client.js'
import { clientOf } from './client-of.js'
import { Workload } from './contract.js'

/**
 * Connects as the README does it.
 *
 * @param options - for every stream
 */
export const connectTo =
  (options: CallOptions = {}) =>
  (address: string): Promise<BenchClient> =>
    new Promise((resolve, reject) => {
      dial(address)
        .pipe(peer({ uses: Workload }))
        .subscribe({ next: workload => resolve(clientOf(workload, options)), error: reject })
    })

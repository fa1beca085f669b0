import { mergeMap } from 'rxjs'
import { peer, serve } from 'sluice'
import { fromParent } from 'sluice/node'
import { Hashing } from './contract.js'
import { digestOf } from './digest.js'

/** The child's program: hashes what its parent sends. */

// Ctrl-C goes to every process of a terminal: this one leaves it to its parent, and ends with it
process.on('SIGINT', () => undefined)

fromParent()
  .pipe(
    peer({ serves: Hashing }),
    mergeMap(host =>
      serve(
        host,
        {
          hash: digestOf,
          // in bytes: what resourceUsage() counts are KiB
          peakMemory: () => process.resourceUsage().maxRSS * 1024,
        },
        { borrow: true }, // a hash keeps no bytes
      ),
    ),
  )
  .subscribe({
    error: (error: unknown) => {
      console.error(`the worker: ${String(error)}`)
      process.exitCode = 1
    },
  })

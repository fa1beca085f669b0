import { switchMap } from 'rxjs'
import { listen } from './listen.js'
import type { Road } from './raise.js'
import { startProcess } from './start-process.js'
import type { SpawnOptions } from './spawn-options.js'

/** Reaches a child by a private socket, or a named pipe on Windows, that lets one client in. */
export const bySocket =
  (command: string, options: SpawnOptions): Road =>
  born =>
    listen(
      { clients: 1, ...(options.closeWithin === undefined ? {} : { closeWithin: options.closeWithin }) },
      'dialled',
    ).pipe(
      switchMap(({ key, held$ }) => {
        born(startProcess(command, options, key).offspring)
        return held$
      }),
    )

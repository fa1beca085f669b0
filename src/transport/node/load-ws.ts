import { catchError, from, type Observable, throwError } from 'rxjs'
import type * as Ws from 'ws'
import { PipeError } from '../../pipe/pipe-error.js'

/**
 * Loads the package `ws`, which only those need who use WebSockets on Node.
 *
 * @returns fails with `PipeError`, `why: 'refused'`, when it is not installed
 */
export const loadWs = (): Observable<typeof Ws> =>
  from(import('ws')).pipe(
    catchError((cause: unknown) =>
      throwError(() => new PipeError('refused', "WebSockets need the package 'ws': npm install ws", { cause })),
    ),
  )

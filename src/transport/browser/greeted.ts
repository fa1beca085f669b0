import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import { listenTo } from '../listen-to.js'
import { type PortLike, saidIn } from '../message-port.js'

/** How long the far end may take until it listens unless told otherwise, in milliseconds. */
export const defaultConnectWithin = 10_000

/**
 * Waits until the far end listens, then completes; takes only that one word from the port.
 *
 * @param within - in milliseconds
 * @param hint - what to look after when nobody comes
 * @returns fails with `PipeError`, `why: 'refused'`, past the limit
 */
export const greeted = (port: PortLike, within: number, hint: string): Observable<never> =>
  new Observable(subscriber => {
    const limit = setTimeout(() => {
      subscriber.error(new PipeError('refused', `nobody came to the far end within ${within} ms: ${hint}`))
    }, within)
    subscriber.add(() => clearTimeout(limit))
    subscriber.add(
      listenTo(port, 'message', value => {
        if (saidIn(value) === 'ready') subscriber.complete()
      }),
    )
    port.start?.()
  })

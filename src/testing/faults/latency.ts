import { asyncScheduler, observeOn } from 'rxjs'
import type { Fault } from './fault.js'

/**
 * Lets everything that comes in come later, the end and the error too; in order.
 *
 * @param ms - by how much, in milliseconds
 */
export const latency =
  (ms: number): Fault =>
  pipe => ({ ...pipe, incoming: pipe.incoming.pipe(observeOn(asyncScheduler, ms)) })

import type { Layer, Pipe } from '../../pipe/pipe.js'

/**
 * Puts a fault on one of the pipes that are dialled one after the other, and leaves the others as they are:
 * `wire({ both: onPipe(1, cutAt('40ms x')) })` breaks the first, and the one that is dialled next holds.
 *
 * Pipes are counted from 1, those of either end apart, over all that this layer is put on: make one for each wire.
 *
 * @param nth - which pipe, or which ones
 */
export const onPipe = <A, AOut>(
  nth: number | readonly number[],
  fault: Layer<A, A, AOut, AOut>,
): Layer<A, A, AOut, AOut> => {
  const struck = typeof nth === 'number' ? [nth] : nth
  const counts = { dialled: 0, accepted: 0 }
  return (pipe: Pipe<A, AOut>) => (struck.includes(++counts[pipe.end]) ? fault(pipe) : pipe)
}

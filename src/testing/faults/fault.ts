import type { Pipe } from '../../pipe/pipe.js'

/**
 * A fault: a layer that leaves the kind of a pipe as it is, and does something to what goes over it.
 *
 * It stands at the end of a pipe that it is put on. `drop`, `duplicate`, `reorder`, `corrupt`, `split` and `latency` change
 * what that end hears; for what the far end hears, put one there. `cutAt` and `stall` hold up both directions.
 *
 * Faults compose: `flow(latency(5), cutAt('40ms x'))`, with fp-ts's `flow` or rxjs's `pipe`, and the first one named is
 * nearest to the wire. Any transport takes them, a real one too: `dial.pipe(map(fault))`.
 */
export type Fault = <In, Out>(pipe: Pipe<In, Out>) => Pipe<In, Out>

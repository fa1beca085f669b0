import type { Observable } from 'rxjs'
import type { Pipe, Transport } from '../../pipe/pipe.js'
import { joined } from '../joined.js'
import { record, type Notes } from './record.js'
import { mayBeLeft, until, within } from './waiting.js'

/** Both sides of one transport in one program: what the byte cases are run against. */
export interface ByteRig {
  /** A pipe with each subscription. */
  readonly dial: Transport
  /** The other ends of those pipes, in the order in which they were dialled. */
  readonly pipes$: Transport
}

/** One promise that a transport makes of bytes. Knows no test runner. */
export interface ByteCase {
  /** A sentence about behaviour, whose subject is the transport. */
  readonly name: string
  /**
   * Takes a fresh rig, and lets go of all that it opened. Rejects when the promise is not kept.
   *
   * @param rig$ - emits the rig once it is there; unsubscribing takes it down
   */
  readonly run: (rig$: Observable<ByteRig>) => Promise<void>
}

/** One pipe with both its ends, and what its dialler tells. */
export interface Pair {
  readonly dialled: Pipe
  readonly accepted: Pipe
  readonly dialler: Notes<Pipe>
}

/** All that the far end says, as one array, at its end. */
export const wholeOf = (pipe: Pipe, what: string): Promise<Uint8Array> => {
  const notes = record(pipe.incoming)
  return mayBeLeft(
    within(notes.ended, what).then(end => {
      if ('error' in end) throw end.error
      return joined(notes.values)
    }),
  )
}

/** Runs a body with a rig, and closes the rig whatever happens. */
export const withRig = async (rig$: Observable<ByteRig>, body: (rig: ByteRig) => Promise<void>): Promise<void> => {
  let open: (rig: ByteRig) => void
  let fail: (error: unknown) => void
  const opened = new Promise<ByteRig>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  const subscription = rig$.subscribe({ next: rig => open(rig), error: (error: unknown) => fail(error) })
  try {
    await body(await within(opened, 'the rig'))
  } finally {
    subscription.unsubscribe()
  }
}

/** Runs a body with one pipe. */
export const withPair = (rig$: Observable<ByteRig>, body: (pair: Pair, rig: ByteRig) => Promise<void>): Promise<void> =>
  withRig(rig$, async rig => {
    const arrivals = record(rig.pipes$)
    const dialler = record(rig.dial)
    try {
      const dialled = await until(() => dialler.values[0], 'the dialled pipe')
      const accepted = await until(() => arrivals.values[0], 'the accepted pipe')
      await body({ dialled, accepted, dialler }, rig)
    } finally {
      dialler.unsubscribe()
      arrivals.unsubscribe()
    }
  })

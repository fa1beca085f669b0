import { defer, filter } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import { strikes, type Which } from './which.js'

/**
 * Loses messages that come in. A pipe promises not to, so a session has no name for a frame that is missing: a lost answer is a
 * call that times out, a lost item is a gap that nobody sees, lost `Verdicts` end the handshake by its time-out. What only the
 * order of frames gives away, as a lost `Hello` or `Open` does, is a `ProtocolViolation`.
 *
 * On a pipe of bytes a message is what arrives in one piece: as a rule the frames of one turn.
 *
 * @param which - the numbers of the messages, counted from 1 for each pipe; or a function, as {@link byChance}
 */
export const drop =
  <T>(which: Which<T>) =>
  <In extends T, Out>(pipe: Pipe<In, Out>): Pipe<In, Out> => ({
    ...pipe,
    incoming: defer(() => {
      const struck = strikes<T>(which)
      return pipe.incoming.pipe(filter(message => !struck(message)))
    }),
  })

import { defer, mergeMap } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import { strikes, type Which } from './which.js'

/**
 * Hands over messages that come in a second time, right behind the first. A call that is opened twice is a
 * `ProtocolViolation`, as a second `Hello` is; an item comes twice; of a second answer nobody hears.
 *
 * On a pipe of bytes a message is what arrives in one piece: as a rule the frames of one turn.
 *
 * @param which - the numbers of the messages, counted from 1 for each pipe; or a function, as {@link byChance}
 */
export const duplicate =
  <T>(which: Which<T>) =>
  <In extends T, Out>(pipe: Pipe<In, Out>): Pipe<In, Out> => ({
    ...pipe,
    incoming: defer(() => {
      const struck = strikes<T>(which)
      return pipe.incoming.pipe(mergeMap(message => (struck(message) ? [message, message] : [message])))
    }),
  })

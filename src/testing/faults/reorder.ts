import { Observable } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import { strikes, type Which } from './which.js'

/**
 * Lets messages that come in be overtaken by the next ones. An end that comes first lets go of what is held back.
 *
 * On a pipe of bytes a message is what arrives in one piece: as a rule the frames of one turn.
 *
 * @param which - the numbers of the messages that are held back, counted from 1 for each pipe; or a function, as {@link byChance}
 * @param by - how many others overtake each; default 1
 */
export const reorder =
  <T>(which: Which<T>, by = 1) =>
  <In extends T, Out>(pipe: Pipe<In, Out>): Pipe<In, Out> => ({
    ...pipe,
    incoming: new Observable(subscriber => {
      const struck = strikes<T>(which)
      const held: { readonly message: In; left: number }[] = []
      const release = (): void => {
        for (const { message } of held.splice(0)) subscriber.next(message)
      }
      return pipe.incoming.subscribe({
        next: message => {
          if (struck(message)) {
            held.push({ message, left: by })
            return
          }
          subscriber.next(message)
          for (const waiting of held) waiting.left--
          while (held[0] !== undefined && held[0].left <= 0) subscriber.next((held.shift() as { message: In }).message)
        },
        error: (error: unknown) => {
          release()
          subscriber.error(error)
        },
        complete: () => {
          release()
          subscriber.complete()
        },
      })
    }),
  })

import { map, type Observable } from 'rxjs'
import { checkOptions, count, countFrom1, timerDuration, type Rules } from '../../error/check-options.js'
import type { Door } from '../door.js'
import { type BindOptions, listen } from './listen.js'

const bindRules: Rules = { clients: countFrom1, waiting: count, closeWithin: timerDuration }

/**
 * Listens for clients: on a private unix socket (a named pipe on Windows), on a path of your choice, or on loopback TCP.
 *
 * Emits one {@link Door} once it listens. The subscription is the listener's life: unsubscribing stops listening, ends the
 * clients' pipes (what is queued is still written), and removes the socket with its directory, at once; so does
 * the end of the process, except by SIGKILL: what that leaves is removed, on Linux, by the next `bind()` of the same user. One
 * client's broken pipe never ends it. It completes only with
 * `clients`, once the last of them has gone. Each subscription is a listener of its own, with a secret of its own,
 * unless it is given one.
 *
 * The default socket lies in a directory of mode 0700 with a fresh name. A file left behind at a chosen `path` is removed
 * only after nobody has answered there; a live listener's place is never taken.
 *
 * @example
 * ```ts
 * bind().pipe(
 *   tap(door => console.log(String(door.key))),
 *   switchMap(door => door.pipes$),
 * ).subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing)) // an echo for each client
 * ```
 *
 * @returns fails with `PipeError`, `why: 'refused'`, when it cannot listen
 * @throws InvalidOption
 */
export const bind = (options: BindOptions = {}): Observable<Door> => {
  checkOptions('bind', options, bindRules)
  return listen(options, 'accepted').pipe(
    map(({ key, held$ }) => ({ key, pipes$: held$.pipe(map(({ pipe }) => pipe)) })),
  )
}

import { Observable } from 'rxjs'
import type { Transport } from '../../pipe/pipe.js'
import type { Recording } from './recording.js'
import { watchedReplay, type ReplayOptions } from './replay.js'

/** What {@link replayAgainst} says of an end that said what was recorded. */
export const asItWas = 'as recorded'

/**
 * Plays a recording against one's own end, and says in a text how that went: `as recorded`, or what was different.
 *
 * Emits that text and completes. What the end under test makes of the end of the recording is its own affair: the calls that
 * are open by then fail.
 *
 * @example
 * ```ts
 * const server = (pipes$: Transport) => pipes$.pipe(peer({ serves: Kitchen }), mergeMap(diner => serve(diner, handlers)))
 * replayAgainst(server, readFileSync('kitchen.sluice'), { plays: 'dialled' }).subscribe(console.log)
 * ```
 *
 * @param end - the end under test, given its transport
 * @param recording - as for {@link replay}
 */
export const replayAgainst = (
  end: (pipes$: Transport) => Observable<unknown>,
  recording: Uint8Array | Recording,
  options: ReplayOptions = {},
): Observable<string> =>
  new Observable(subscriber => {
    const tell = (outcome: string) => {
      subscriber.next(outcome)
      subscriber.complete()
    }
    let why = ''
    const pipes$ = watchedReplay(recording, options, {
      done: () => tell(asItWas),
      failed: error => tell(`${error.message}${why}`),
    })
    subscriber.add(
      end(pipes$).subscribe({
        error: (error: unknown) => {
          // that it leaves shows what it left unsaid, if it did
          why = `\nthe end under test had failed: ${error instanceof Error ? error.message : String(error)}`
        },
      }),
    )
  })

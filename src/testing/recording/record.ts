import { tap } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import type { Frame } from '../../wire/frame.js'
import type { Recorder } from './recorder.js'
import { otherEnd } from './recording.js'

/**
 * Records what is said over a pipe of bytes or of frames, both ways, as it passes; changes nothing of it.
 *
 * A frame is read and copied once, and nothing waits for that. What goes wrong in recording is not the pipe's: what is no
 * frame is counted among what was left out.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ contracts: Kitchen })
 * dial(key).pipe(map(record(recorder)), peer({ uses: Kitchen })).subscribe(use)
 * process.on('SIGUSR2', () => writeFileSync('kitchen.sluice', recorder.file()))
 * ```
 */
export const record =
  (recorder: Recorder) =>
  <T extends Uint8Array | Frame>(pipe: Pipe<T>): Pipe<T> => {
    const kept = recorder.open(pipe)
    const far = otherEnd(pipe.end)
    pipe.outgoing.subscribe({
      next: value => kept.said(value, pipe.end),
      error: () => recorder.ended(kept, pipe.end, 'error'),
      complete: () => recorder.ended(kept, pipe.end, 'complete'),
    })
    return {
      ...pipe,
      incoming: pipe.incoming.pipe(
        tap({
          next: value => kept.said(value, far),
          error: () => recorder.ended(kept, far, 'error'),
          complete: () => recorder.ended(kept, far, 'complete'),
        }),
      ),
    }
  }

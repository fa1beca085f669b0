import { Observable, Subject, type SchedulerLike } from 'rxjs'
import type { Layer } from '../pipe/pipe.js'
import type { FrameLimit } from './frame-limit.js'
import { FrameReader } from './frame-reader.js'
import { FrameWriter } from './frame-writer.js'
import type { Frame } from './frame.js'
import { defaultLimits } from './hello-codec.js'

/**
 * Turns a pipe of bytes into a pipe of frames.
 *
 * Frames of one tick share a write. Frames of kinds that are newer than this end are passed over.
 *
 * @param limit - longest frame that is taken in, without its length, or what tells, for each frame anew; default 16 MiB
 * @param scheduler - its soonest turn is "the end of the tick"
 * @returns a layer whose `incoming` fails with {@link ProtocolViolation} when the bytes are no frames
 * @see proto/README.md, "Framing"
 */
export const framed =
  (limit: number | FrameLimit = defaultLimits.frameBytes, scheduler?: SchedulerLike): Layer<Uint8Array, Frame> =>
  pipe => {
    const outgoing = new Subject<Frame>()
    const writer = new FrameWriter(batch => pipe.outgoing.next(batch), scheduler)
    outgoing.subscribe({
      next: frame => writer.push(frame),
      error: (error: unknown) => {
        // the last thing said may be why
        writer.flush()
        pipe.outgoing.error(error)
      },
      complete: () => {
        writer.flush()
        pipe.outgoing.complete()
      },
    })
    return {
      ...pipe,
      outgoing,
      incoming: new Observable<Frame>(subscriber => {
        const reader = new FrameReader(limit, frame => subscriber.next(frame))
        subscriber.add(() => reader.stop())
        subscriber.add(
          pipe.incoming.subscribe({
            next: chunk => {
              try {
                reader.push(chunk)
              } catch (error) {
                reader.stop()
                subscriber.error(error)
              }
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        )
      }),
    }
  }

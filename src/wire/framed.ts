import { Subscription, type SchedulerLike } from 'rxjs'
import { borrowed } from '../pipe/lending.js'
import { Outlet } from '../pipe/outlet.js'
import type { Layer } from '../pipe/pipe.js'
import { FrameOutlet } from './frame-outlet.js'
import type { FrameLimit } from './frame-limit.js'
import { FrameReader } from './frame-reader.js'
import { FrameSource } from './frame-source.js'
import { FrameWriter } from './frame-writer.js'
import type { Frame } from './frame.js'
import { defaultLimits } from './hello-codec.js'

/**
 * Turns a pipe of bytes into a pipe of frames.
 *
 * Frames of one tick share a write. Frames of kinds that are newer than this end are passed over. The payload of a frame that
 * comes in is a view of what is being read: it is good until `next` returns.
 *
 * @param limit - longest frame that is taken in, without its length, or what tells, for each frame anew; default 16 MiB
 * @param scheduler - its soonest turn is "the end of the tick"
 * @returns a layer whose `incoming` fails with {@link ProtocolViolation} when the bytes are no frames
 * @see proto/README.md, "Framing"
 */
export const framed =
  (limit: number | FrameLimit = defaultLimits.frameBytes, scheduler?: SchedulerLike): Layer<Uint8Array, Frame> =>
  pipe => {
    const bytes = pipe.outgoing
    const writer = new FrameWriter(
      {
        write: batch => bytes.next(batch),
        writeTwo:
          bytes instanceof Outlet && bytes.gathers ? (batch, payload) => bytes.nextTwo(batch, payload) : undefined,
        writeOwn: bytes instanceof Outlet && bytes.takesOver ? batch => bytes.nextOwn(batch) : undefined,
        get idle() {
          return bytes instanceof Outlet && bytes.idle
        },
      },
      scheduler,
    )
    return {
      ...pipe,
      outgoing: new FrameOutlet<Frame>({
        write: frame => writer.push(frame),
        writePayload: (kind, id, encode, value, most) => writer.pushPayload(kind, id, encode, value, most),
        writeOpen: (open, encode, value, most) => writer.pushOpen(open, encode, value, most),
        release: payload => writer.release(payload),
        idle: false, // frames are not used again
        end: () => writer.flush(() => bytes.complete()),
        // the last thing said may be why
        abort: error => writer.flush(() => bytes.error(error)),
      }),
      incoming: new FrameSource<Frame>(taker => {
        const reader = new FrameReader(limit, taker)
        const reading = new Subscription(() => reader.stop())
        const incoming = borrowed(pipe.incoming)
        const lent = incoming !== pipe.incoming
        reading.add(
          incoming.subscribe({
            next: chunk => {
              try {
                reader.push(chunk, lent)
              } catch (error) {
                reader.stop()
                reading.unsubscribe()
                taker.error(error)
              }
            },
            error: (error: unknown) => taker.error(error),
            complete: () => taker.complete(),
          }),
        )
        return reading
      }),
    }
  }

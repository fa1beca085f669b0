import type { Pipe } from '../pipe/pipe.js'
import { FrameOutlet, release, writeOpen, writePayload } from '../wire/frame-outlet.js'
import type { CallFrame, Frame } from '../wire/frame.js'
import type { Unread } from './unread.js'

/** What a session does about what it says. */
export interface VoiceEvents {
  /** Something is about to be said: a sign of life. `false`: nothing more may be said. */
  talks(): boolean
  /** A layer above cannot go on. */
  broke(error: unknown): void
}

/** What one end of a session says over its pipe: its own frames, and those of its calls. */
export class Voice {
  /** The `outgoing` of its calls. */
  readonly calls: FrameOutlet<CallFrame>

  constructor(
    private readonly pipe: Pipe<Frame>,
    private readonly unread: Unread,
    private readonly events: VoiceEvents,
  ) {
    this.calls = new FrameOutlet<CallFrame>({
      write: frame => this.say(frame),
      writePayload: (kind, id, encode, value, most) => {
        if (!events.talks()) return 0
        const size = writePayload(pipe.outgoing, kind, id, encode, value, most)
        if (typeof size === 'number') unread.wrotePayload(size)
        return size
      },
      writeOpen: (open, encode, value, most) => {
        if (!events.talks()) return 0
        const size = writeOpen(pipe.outgoing, open, encode, value, most)
        if (typeof size === 'number') unread.wrotePayload(size)
        return size
      },
      release: payload => release(pipe.outgoing, payload),
      idle: false,
      end: () => undefined,
      abort: error => events.broke(error),
    })
  }

  /** Says a frame, unless nothing more may be said. */
  say(frame: Frame): void {
    if (!this.events.talks()) return
    this.pipe.outgoing.next(frame)
    this.unread.wrote(frame)
  }
}

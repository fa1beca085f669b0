import type { Subject } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import { FrameOutlet, release, writeOpen, writePayload, type FrameSink } from '../wire/frame-outlet.js'
import type { PayloadKind } from '../wire/frame-taker.js'
import type { CallFrame, Frame, Open } from '../wire/frame.js'
import type { WriteValue } from '../wire/payload-writer.js'
import type { Unread } from './unread.js'

/** What a session does about what it says. */
export interface VoiceEvents {
  /** Something is about to be said: a sign of life. `false`: nothing more may be said. */
  talks(): boolean
  /** A layer above cannot go on. */
  broke(error: unknown): void
}

/** What one end of a session says over its pipe: its own frames, and those of its calls. */
export class Voice implements FrameSink<CallFrame> {
  /** The `outgoing` of its calls. */
  readonly calls = new FrameOutlet<CallFrame>(this)

  private readonly frames: Pipe<Frame>['outgoing']

  constructor(
    { outgoing }: Pipe<Frame>,
    private readonly unread: Unread,
    private readonly events: VoiceEvents,
  ) {
    this.frames = outgoing
  }

  /** Says a frame, unless nothing more may be said. */
  say(frame: Frame): void {
    if (!this.events.talks()) return
    this.frames.next(frame)
    this.unread.wrote(frame)
  }

  write(frame: CallFrame): void {
    this.say(frame)
  }

  pushPayload(kind: PayloadKind, id: number, encode: WriteValue, value: unknown, most: number): number | Uint8Array {
    return this.events.talks() ? this.pushed(writePayload(this.frames, kind, id, encode, value, most)) : 0
  }

  pushOpen(open: Open, encode: WriteValue, value: unknown, most: number): number | Uint8Array {
    return this.events.talks() ? this.pushed(writeOpen(this.frames, open, encode, value, most)) : 0
  }

  private pushed(size: number | Uint8Array): number | Uint8Array {
    if (typeof size === 'number') this.unread.wrotePayload(size)
    return size
  }

  /** What goes that way is not unread: nothing that can wait goes to a pipe that is full. */
  below(): Subject<Frame> | undefined {
    return this.events.talks() ? this.frames : undefined
  }

  release(payload: Uint8Array): void {
    release(this.frames, payload)
  }

  // calls are over before their session is, which says so itself
  end(): void {}

  abort(error: unknown): void {
    this.events.broke(error)
  }
}

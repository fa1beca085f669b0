import { hex, sessionKeys } from '../../session/proof.js'
import { FrameReader } from '../../wire/frame-reader.js'
import type { Frame, Hello, Proof } from '../../wire/frame.js'
import { helloBytes } from '../../wire/hello-codec.js'
import type { Entry, KeptCall } from './kept-call.js'
import { otherEnd, type PipeEnd, type RecordedHalfEnd } from './recording.js'

/** The calls of one session, and how many call frames either end has said in it. */
export class KeptSession {
  readonly calls = new Map<number, KeptCall<KeptPipe>>()
  readonly said: Record<PipeEnd, number> = { dialled: 0, accepted: 0 }
  /** The highest id of a call that either end has opened. */
  readonly lastOpened: Record<PipeEnd, number> = { dialled: 0, accepted: 0 }

  /** @param pipe - the newest that it had */
  constructor(public pipe: KeptPipe) {}
}

/** What a pipe tells its recorder. */
export interface PipeEvents {
  frame(frame: Frame, by: PipeEnd): void
  /** Something cannot be understood, or kept. */
  lost(frames: number, bytes: number): void
}

/** A pipe that is being recorded, and what is kept of it beside its calls. */
export class KeptPipe {
  readonly hellos: Partial<Record<PipeEnd, Hello>> = {}
  readonly entries: Entry[] = []
  readonly ends: (RecordedHalfEnd & { readonly seq: number })[] = []
  /** How many frames of calls are kept that it carried. */
  carried = 0
  session = new KeptSession(this)
  resumes: KeptPipe | undefined = undefined
  /** Of each end, how many of the frames that follow were said before, over an older pipe. */
  readonly again: Record<PipeEnd, number> = { dialled: 0, accepted: 0 }
  private readonly readers: Record<PipeEnd, FrameReader | undefined>

  /**
   * @param end - where it is recorded
   * @param at - when it was there
   * @param limitBytes - longest frame that is looked at
   */
  constructor(
    readonly end: PipeEnd,
    readonly at: number,
    private readonly secret: Uint8Array | undefined,
    limitBytes: number,
    private readonly events: PipeEvents,
  ) {
    const reader = (by: PipeEnd) => new FrameReader(limitBytes, frame => this.take(frame, by))
    this.readers = { dialled: reader('dialled'), accepted: reader('accepted') }
  }

  /** Whether both of its halves have ended, or one has broken. */
  get isOver(): boolean {
    return this.ends.length > 1 || this.ends.some(({ end }) => end === 'error')
  }

  /** Takes in what an end said: bytes, or a frame. */
  said(value: Uint8Array | Frame, by: PipeEnd): void {
    if (!(value instanceof Uint8Array)) return this.take(value, by)
    const reader = this.readers[by]
    if (reader === undefined) return this.events.lost(0, value.length)
    try {
      reader.push(value)
    } catch {
      // no frames, or one that is too long to be held: what follows cannot be told apart
      reader.stop()
      this.readers[by] = undefined
      this.events.lost(0, value.length)
    }
  }

  /** The session's id, by which an end asks to go on with it; `undefined` where it cannot go on over another pipe. */
  get sessionId(): string | undefined {
    const { dialled, accepted } = this.hellos
    if (dialled === undefined || accepted === undefined) return undefined
    if (dialled.resumeMs === 0 || accepted.resumeMs === 0) return undefined
    return hex(sessionKeys(this.secret, helloBytes(dialled), helloBytes(accepted)).id)
  }

  /** The end that was dialled goes on with a session that the other asked for: both have said how far they came. */
  goOn(session: KeptSession, { resume }: Proof): void {
    const positions: Record<PipeEnd, number> = {
      dialled: this.hellos.dialled?.resume?.position ?? 0,
      accepted: resume?.position ?? 0,
    }
    for (const end of ['dialled', 'accepted'] as const)
      this.again[end] = Math.max(0, session.said[end] - positions[otherEnd(end)])
    this.resumes = session.pipe
    this.session = session
    session.pipe = this
  }

  /** What goes wrong with a frame here is no affair of the pipe's. */
  private take(frame: Frame, by: PipeEnd): void {
    try {
      this.events.frame(frame, by)
    } catch {
      this.events.lost(1, 0)
    }
  }
}

import { tap } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import { FrameReader } from '../wire/frame-reader.js'
import type { Frame } from '../wire/frame.js'
import type { Reading, Talk } from './talk.js'

/** A frame, or an end, that was seen on a wire; or bytes that are no frame. */
export type Seen =
  | { readonly at: number; readonly frame: Frame; readonly reading?: Reading | undefined }
  | { readonly at: number; readonly end: 'complete' | 'error'; readonly error?: unknown }
  | { readonly at: number; readonly garbage: string }

/** What one end of a wire has sent. */
export interface WireEnd {
  /** What it is called in a failure: `left`. */
  readonly name?: string
  readonly seen: readonly Seen[]
}

/** Something seen at one end, and whether that end said it or heard it. */
export type Noted = Seen & { readonly by: 'this end' | 'the far end' }

/** One end of a wire, with all that it said and heard over every pipe. */
export interface RecordedEnd extends WireEnd {
  readonly name: string
  /** What it has heard, as it arrived: behind the latency and the faults of this end. */
  readonly heard: WireEnd
  /** What it has said and heard, in order. */
  readonly noted: readonly Noted[]
}

/** Writes down what one end of a wire says and hears. */
export class Notes implements RecordedEnd {
  readonly seen: Seen[] = []
  readonly noted: Noted[] = []
  readonly heard: { readonly name: string; readonly seen: Seen[] }

  /**
   * @param name - what the end is called
   * @param now - virtual time
   */
  constructor(
    readonly name: string,
    private readonly now: () => number,
  ) {
    this.heard = { name: `${name}.heard`, seen: [] }
  }

  /** Notes what goes out over a pipe. */
  saying<P extends Pipe>(pipe: P, talk: Talk): P {
    pipe.outgoing.subscribe(this.observer('this end', talk, pipe.end))
    return pipe
  }

  /** Notes what comes in over a pipe, once it is read. */
  hearing<P extends Pipe>(pipe: P, talk: Talk): P {
    const far = pipe.end === 'dialled' ? 'accepted' : 'dialled'
    return { ...pipe, incoming: pipe.incoming.pipe(tap(this.observer('the far end', talk, far))) }
  }

  private note(noted: Noted): void {
    this.noted.push(noted)
    ;(noted.by === 'this end' ? this : this.heard).seen.push(noted)
  }

  private observer(by: Noted['by'], talk: Talk, end: Pipe['end']) {
    let isLost = false
    const reader = new FrameReader(Infinity, frame =>
      this.note({ at: this.now(), frame, reading: talk.read(frame, end), by }),
    )
    return {
      next: (bytes: Uint8Array) => {
        if (isLost) return
        try {
          reader.push(bytes)
        } catch (error) {
          // where the next frame begins nobody can say
          isLost = true
          this.note({ at: this.now(), garbage: (error as Error).message, by })
        }
      },
      error: (error: unknown) => this.note({ at: this.now(), end: 'error', error, by }),
      complete: () => this.note({ at: this.now(), end: 'complete', by }),
    }
  }
}

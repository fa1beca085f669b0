import { asapScheduler, asyncScheduler, Observable, Subscription, switchMap } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import { PipeError } from '../pipe/pipe-error.js'
import { session } from '../session/session.js'
import type { Session, SessionOptions } from '../session/session-options.js'
import { isCallFrame, type Descriptors, type Frame } from '../wire/frame.js'
import { happeningOf } from './expect-frames.js'
import type { Happening } from './lane.js'
import { frameToSay, type Saying as Context } from './said-frame.js'
import { greetsItself, type Saying, type Step } from './script-steps.js'
import type { Talk } from './talk.js'

/** What a script plays with. */
export interface Part {
  readonly steps: readonly Step[]
  readonly talk: Talk
  readonly session: SessionOptions
  readonly now: () => number
  /** Says bytes beside the frames; a pipe of frames has none. */
  readonly sayBytes?: (bytes: Uint8Array) => void
}

/** One pipe on which a script is played. */
export class ScriptPlayer {
  /** What was heard, in order. */
  readonly heard: Happening[] = []
  /** What was waited for and came: by its letter. */
  readonly awaited: { readonly letter: string; readonly happening: Happening }[] = []
  /** Since when the step at hand waits. */
  private waitsSince: number | undefined = undefined
  private place = 0
  private nth = 0
  private unread: Happening[] = []
  private hasBegun = false
  private isResting = false
  private call = 0
  private lastOwn: number
  private token = 0
  private position = 0
  private descriptors: Descriptors | undefined = undefined
  private readonly running = new Subscription()

  constructor(
    private readonly pipe: Pipe<Frame>,
    private readonly part: Part,
  ) {
    // ids are odd for the end that dialled
    this.lastOwn = pipe.end === 'dialled' ? -1 : 0
  }

  /** What is still waited for: the letters, where they stand, and since when. */
  get missing():
    { readonly letters: readonly string[]; readonly place: number; readonly since: number | undefined } | undefined {
    for (const [i, step] of this.part.steps.slice(this.place).entries())
      if (step._tag === 'Hear')
        return i === 0
          ? { letters: step.letters.slice(this.nth), place: step.place, since: this.waitsSince }
          : { letters: step.letters, place: step.place, since: undefined }
    return undefined
  }

  /** Begins to play; the subscription ends it. */
  play(): Subscription {
    const { pipe, part, running } = this
    running.add(pipe.outgoing.subscribe({ next: frame => this.saidOne(frame), error: () => undefined }))
    const tapped: Pipe<Frame> = {
      ...pipe,
      incoming: new Observable(subscriber =>
        pipe.incoming.subscribe({
          next: frame => {
            this.hear({ at: part.now(), frame, reading: part.talk.read(frame, this.farEnd) })
            subscriber.next(frame)
            this.goOn()
          },
          error: (error: unknown) => {
            this.hear({ at: part.now(), end: 'error', error })
            subscriber.error(error)
            this.goOn()
          },
          complete: () => {
            this.hear({ at: part.now(), end: 'complete' })
            subscriber.complete()
            this.goOn()
          },
        }),
      ),
    }
    if (greetsItself(part.steps)) {
      this.hasBegun = true
      running.add(tapped.incoming.subscribe({ error: () => undefined }))
      running.add(() => pipe.outgoing.complete())
      this.goOn()
    } else this.greet(tapped)
    return running
  }

  /** A handshake as any end goes through it; pings and the goodbye are answered too. */
  private greet(pipe: Pipe<Frame>): void {
    const { running, part } = this
    const begin = ({ pipe: calls }: Session): Observable<unknown> => {
      this.unread = []
      this.hasBegun = true
      return calls.incoming
    }
    // it is for the diagrams to say how a session ends
    running.add(
      session(part.session)(pipe)
        .pipe(switchMap(begin))
        .subscribe({ error: () => undefined }),
    )
  }

  private get farEnd(): Pipe['end'] {
    return this.pipe.end === 'dialled' ? 'accepted' : 'dialled'
  }

  private saidOne(frame: Frame): void {
    this.part.talk.read(frame, this.pipe.end)
    if (frame._tag === 'Open') this.call = this.lastOwn = frame.id
  }

  private hear(seen: Parameters<typeof happeningOf>[0]): void {
    if ('frame' in seen) {
      const { frame } = seen
      if (frame._tag === 'Open') this.call = frame.id
      if (frame._tag === 'Ping') this.token = frame.token
      if (frame._tag === 'Descriptors') this.descriptors = frame
      if (isCallFrame(frame)) this.position++
    }
    const happening = happeningOf(seen)
    this.heard.push(happening)
    this.unread.push(happening)
  }

  private readonly goOn = (): void => {
    if (!this.hasBegun || this.isResting || this.running.closed) return
    const { steps } = this.part
    for (let step = steps[this.place]; step !== undefined; step = steps[++this.place]) {
      if (step._tag === 'Wait') {
        if (step.ms === 0) continue
        this.place++
        this.rest(step.ms)
        return
      }
      if (step._tag === 'Hear') {
        if (!this.find(step.letters)) {
          this.waitsSince ??= this.part.now()
          return
        }
        this.nth = 0
      } else this.say(step.says)
    }
  }

  private rest(ms: number): void {
    this.isResting = true
    this.running.add(
      asyncScheduler.schedule(() => {
        this.isResting = false
        this.goOn()
      }, ms),
    )
  }

  /** Looks for letters among what was heard and not read yet. */
  private find(letters: readonly string[]): boolean {
    for (; this.nth < letters.length; this.nth++) {
      const letter = letters[this.nth] as string
      const at = this.unread.findIndex(happening => happening.letter === letter)
      if (at < 0) return false
      this.awaited.push({ letter, happening: this.unread[at] as Happening })
      this.unread.splice(0, at + 1)
      this.waitsSince = undefined
    }
    return true
  }

  private say([first, ...rest]: readonly Saying[]): void {
    if (first === undefined) return
    const now = (): void => {
      this.sayOne(first)
      this.say(rest)
    }
    // bytes go beside the frames, which leave at the end of the turn: behind those that were said before
    if (first._tag === 'Bytes') this.running.add(asapScheduler.schedule(now))
    else now()
  }

  private sayOne(said: Saying): void {
    const { outgoing } = this.pipe
    switch (said._tag) {
      case 'End':
        return outgoing.complete()
      case 'Abort':
        return outgoing.error(new PipeError('aborted', 'the script aborts the pipe here'))
      case 'Bytes':
        if (this.part.sayBytes === undefined) throw new Error('a pipe of frames carries no bytes: say frames')
        return this.part.sayBytes(said.bytes)
      case 'Frame':
        return outgoing.next(frameToSay(said.kind, said.fields, this.context()))
    }
  }

  private context(): Context {
    const { part, pipe, call, lastOwn, token, position, descriptors } = this
    const { talk, session: options } = part
    return { end: pipe.end, talk, session: options, call, nextCall: lastOwn + 2, token, position, descriptors }
  }
}

import { Subscription, tap, type SchedulerLike } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Pipe } from '../../pipe/pipe.js'
import { Continuity, defaultContinuity } from '../../session/continuity.js'
import { equalBytes, hex } from '../../session/proof.js'
import type { Session, SessionOptions } from '../../session/session-options.js'
import { session } from '../../session/session.js'
import type { CallFrame, Frame, Hello, Offer } from '../../wire/frame.js'
import { framed } from '../../wire/framed.js'
import { describedContract } from './described-contract.js'
import { RecordingError, type PipeEnd, type RecordedContract } from './recording.js'

/** What the end under test does. */
export interface LinkEvents {
  greeted(hello: Hello): void
  described(fileDescriptorSet: Uint8Array): void
  /** The two ends agree; `goesOn`: to go on with the session that they had. */
  agreed(goesOn: boolean): void
  said(frame: CallFrame): void
  /** The pipe is over: in order, or with an error. */
  over(error: unknown): void
  /** There is no going on. */
  failed(error: Error): void
}

/** What a played end is made of. */
export interface LinkSetup {
  readonly plays: PipeEnd
  /** As it was recorded. */
  readonly hello: Hello
  readonly contracts: readonly RecordedContract[]
  readonly random: (size: number) => Uint8Array
  readonly scheduler: SchedulerLike
}

/** Offers that the other end has too, and not in the same version. */
const differing = (ours: Hello, theirs: Hello): readonly Offer[] => {
  const against = (own: readonly Offer[], other: readonly Offer[]) =>
    own.filter(offer =>
      other.some(each => each.contract === offer.contract && !equalBytes(each.fingerprint, offer.fingerprint)),
    )
  return [...against(ours.uses, theirs.serves), ...against(ours.serves, theirs.uses)]
}

/** The played end of a session, over its pipes: says hello as it was recorded, and carries call frames. */
export class ReplayLink {
  private raw: Pipe | undefined = undefined
  private link: Session | undefined = undefined
  private continuity: Continuity | undefined = undefined
  private readonly running = new Subscription()

  constructor(
    private readonly setup: LinkSetup,
    private readonly events: LinkEvents,
  ) {}

  /** Plays over a pipe, or goes on over another. */
  attach(pipe: Pipe): void {
    this.raw = pipe
    const frames = framed(this.setup.hello.limits.frameBytes, this.setup.scheduler)(pipe)
    const watched = { ...frames, incoming: frames.incoming.pipe(tap({ next: frame => this.look(frame) })) }
    this.running.add(
      session(this.options())(watched).subscribe({
        next: agreed => this.agreed(agreed),
        error: (error: unknown) => this.over(error, pipe),
        complete: () => this.over(undefined, pipe),
      }),
    )
  }

  /** Says hello and nothing else: for a far end that came to no agreement. */
  greet(pipe: Pipe): void {
    this.raw = pipe
    const frames = framed(this.setup.hello.limits.frameBytes, this.setup.scheduler)(pipe)
    this.running.add(
      frames.incoming.subscribe({
        next: frame => this.look(frame),
        error: (error: unknown) => this.over(error, pipe),
        complete: () => this.over(undefined, pipe),
      }),
    )
    this.sayOwn = frame => frames.outgoing.next(frame)
    this.sayOwn({ ...this.setup.hello, nonce: this.setup.random(32), proof: pipe.secret !== undefined })
  }

  /** Whether there is a pipe with a session on it. */
  get isAttached(): boolean {
    return this.link !== undefined
  }

  say(frame: CallFrame): void {
    const pipe = this.continuity?.pipe ?? this.link?.pipe
    pipe?.outgoing.next(frame)
  }

  /** Ends the session as that frame does. */
  goodbye(frame: Extract<Frame, { readonly _tag: 'Goodbye' }>): void {
    if (this.link === undefined) {
      this.sayOwn(frame)
      this.raw?.outgoing.complete()
    } else if (frame.reason === 'DONE') this.link.goodbye(frame.message)
    else this.link.violated(frame.message)
  }

  /** Ends this half of the pipe without a word. */
  end(how: 'complete' | 'error'): void {
    if (how === 'complete') this.raw?.outgoing.complete()
    else this.raw?.outgoing.error(new PipeError('reset', 'the pipe was reset when this was recorded'))
  }

  /** Nobody plays any more. */
  close(): void {
    this.running.unsubscribe()
    this.continuity?.end()
    this.link = undefined
  }

  private sayOwn: (frame: Frame) => void = () => undefined

  private options(): SessionOptions {
    const { setup, continuity } = this
    const { hello, plays, random, scheduler } = setup
    const described = (offer: Offer) => describedContract(offer, this.descriptorsOf(offer))
    return {
      serves: hello.serves.map(described),
      uses: hello.uses.map(described),
      validation: hello.validation,
      limits: hello.limits,
      nonce: () => random(32),
      handshakeTimeout: 5_000,
      goodbyeTimeout: 1_000,
      scheduler,
      resume: {
        windowMs: hello.resumeMs,
        asks: plays === 'dialled' ? continuity?.ask() : undefined,
        keeps: asked => (hex(asked.session) === continuity?.id ? continuity.kept : undefined),
        freeze: asked => {
          this.detach('a newer pipe is there')
          continuity?.supersededBy(asked.epoch)
          return continuity?.position ?? 0
        },
      },
    }
  }

  private descriptorsOf({ contract, fingerprint }: Offer): Uint8Array | undefined {
    return this.setup.contracts.find(each => each.contract === contract && equalBytes(each.fingerprint, fingerprint))
      ?.fileDescriptorSet
  }

  private look(frame: Frame): void {
    if (frame._tag === 'Descriptors')
      for (const { fileDescriptorSet } of frame.contracts) this.events.described(fileDescriptorSet)
    if (frame._tag !== 'Hello') return
    const unknown = differing(this.setup.hello, frame).find(offer => this.descriptorsOf(offer) === undefined)
    if (unknown === undefined) return this.events.greeted(frame)
    this.events.failed(
      new RecordingError(
        `this end has another version of ${unknown.contract} than was recorded, and the recording does not describe that one: record with { contracts }`,
      ),
    )
  }

  private agreed(link: Session): void {
    const { beginning } = link
    this.link = link
    if (beginning._tag === 'New') {
      const { keys, windowMs } = beginning
      this.continuity?.end()
      this.continuity = undefined
      if (keys !== undefined)
        this.continuity = new Continuity(
          this.setup.plays,
          { ...beginning, keys },
          { ...defaultContinuity, windowMs, scheduler: this.setup.scheduler },
          error => this.over(error),
        )
      const calls = this.continuity?.pipe ?? link.pipe
      this.running.add(calls.incoming.subscribe({ next: frame => this.events.said(frame), error: () => undefined }))
    }
    this.continuity?.attach(link, beginning._tag === 'Resumed' ? beginning.position : 0)
    this.events.agreed(beginning._tag === 'Resumed')
  }

  private detach(error: unknown): void {
    this.link = undefined
    this.continuity?.detach(error)
  }

  private over(error: unknown, pipe = this.raw): void {
    // of a pipe that a newer one has taken the place of
    if (pipe !== this.raw) return
    this.detach(error)
    this.events.over(error)
  }
}

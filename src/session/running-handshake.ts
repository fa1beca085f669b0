import type { SchedulerLike, Subscription } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import type { Frame, Hello, SessionFrame } from '../wire/frame.js'
import { newHandshake, type HandshakeCommand, type HandshakeEvent, type HandshakeState } from './handshake-terms.js'
import { stepHandshake } from './handshake.js'
import { helloOf } from './hello-of.js'
import { describeFor, objectionTo, verdictsOf, type Judgement } from './judge.js'
import { keysBetween } from './keys-between.js'
import type { Beginning, Kept, SessionOptions } from './session-options.js'
import { sharedJudge, sharedReport } from './shared-judgement.js'

/** What a handshake does to its session. */
export interface HandshakeEffects {
  say(frame: SessionFrame): void
  /** The two ends agree. */
  establish(beginning: Beginning, theirs: Hello): void
  /** There will be no session. */
  abort(error: unknown): void
  /** The far end has said goodbye. */
  endCleanly(): void
  /** A newer pipe is there. */
  supersede(): void
}

/** A handshake on its one pipe. All that only it needs is here, and gone with it: a session lasts longer. */
export class RunningHandshake {
  private readonly hello: Hello
  private readonly step: ReturnType<typeof stepHandshake<Judgement>>
  private readonly timer: Subscription
  private state: HandshakeState<Judgement> = newHandshake
  private announced: Kept | undefined = undefined
  private over = false

  constructor(
    private readonly options: SessionOptions,
    private readonly pipe: Pick<Pipe<Frame>, 'end' | 'secret'>,
    private readonly effects: HandshakeEffects,
    scheduler: SchedulerLike,
  ) {
    const { end, secret } = pipe
    const { resume, handshakeTimeout } = options
    this.hello = helloOf(options, secret)
    this.step = stepHandshake<Judgement>({
      end,
      hello: this.hello,
      secret,
      describe: describeFor(options),
      judge: sharedJudge(options),
      verdicts: verdictsOf,
      objection: objectionTo,
      asks: resume?.asks?.session,
      keeps: asked => resume?.keeps?.(asked),
    })
    this.timer = scheduler.schedule(() => this.on({ _tag: 'TimedOut', afterMs: handshakeTimeout }), handshakeTimeout)
  }

  /** Something happens to it; nothing does any more once it is over. */
  on(event: HandshakeEvent): void {
    if (this.over) return
    const [state, commands] = this.step(this.state, event)
    this.state = state
    for (const command of commands) this.carryOut(command)
  }

  /** The two ends agree, or the pipe is gone. */
  stop(): void {
    this.over = true
    this.timer.unsubscribe()
  }

  private carryOut(command: HandshakeCommand<Judgement>): void {
    const { effects, options } = this
    switch (command._tag) {
      case 'Send':
        return effects.say(command.frame)
      case 'Trust':
        return options.trusted?.()
      case 'Announce':
        return this.announce(command.theirs, command.judgement, command.kept)
      case 'Establish': {
        const { judgement, theirs, verdicts } = command
        const { keys, windowMs = 0, epoch = 0 } = this.announced ?? {}
        const report = sharedReport(judgement, verdicts)
        return effects.establish({ _tag: 'New', judgement, report, keys, windowMs, epoch }, theirs)
      }
      case 'Freeze':
        return this.on({ _tag: 'Frozen', position: options.resume?.freeze?.(command.asked) ?? 0 })
      case 'Resume': {
        const { theirs, position } = command
        const asked = this.hello.resume ?? theirs.resume
        if (asked !== undefined) effects.establish({ _tag: 'Resumed', asked, position }, theirs)
        return
      }
      case 'Fail':
        return effects.abort(command.error)
      case 'End':
        return effects.endCleanly()
      default:
        command satisfies never
    }
  }

  /** The session that is about to begin outlives this pipe from here on, where both ends would have it so. */
  private announce(theirs: Hello, judgement: Judgement, kept: Kept | undefined): void {
    if (this.over) return
    const { hello, options, effects } = this
    const keys = kept?.keys ?? keysBetween(this.pipe, hello, theirs)
    if (keys === undefined) return
    const windowMs = kept?.windowMs ?? Math.min(hello.resumeMs, theirs.resumeMs)
    const epoch = kept === undefined ? 0 : ((hello.resume ?? theirs.resume)?.epoch ?? kept.epoch)
    this.announced = { keys, judgement, windowMs, epoch, begun: false }
    options.resume?.announced?.({ ...this.announced, supersede: () => effects.supersede() })
  }
}

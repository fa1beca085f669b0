import { asyncScheduler, Subject, type SchedulerLike, type Subscription, type Unsubscribable } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'
import type { Reader } from '../protobuf/reader.js'
import { FrameRelay } from '../wire/frame-relay.js'
import { deliver } from '../wire/frame-source.js'
import { frameOf, type PayloadKind } from '../wire/frame-taker.js'
import { isCallFrame, type CallFrame, type Frame, type Goodbye, type Hello, type SessionFrame } from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import { newHandshake, type HandshakeCommand, type HandshakeEvent, type HandshakeState } from './handshake-terms.js'
import { stepHandshake } from './handshake.js'
import { Heartbeat } from './heartbeat.js'
import { helloOf } from './hello-of.js'
import { describeFor, judge, objectionTo, reportOf, verdictsOf, type Judgement } from './judge.js'
import { keysBetween } from './keys-between.js'
import { Pings } from './pings.js'
import { Refused } from './refused.js'
import type { Beginning, Kept, Session, SessionOptions } from './session-options.js'
import { Unread } from './unread.js'
import { Voice } from './voice.js'

const done = (message = ''): Goodbye => ({ _tag: 'Goodbye', reason: 'DONE', message })

interface Listener {
  next(session: Session): void
  error(error: unknown): void
  complete(): void
}

/** A session on its one pipe, from the first Hello to the last Goodbye. */
export class RunningSession {
  private readonly scheduler: SchedulerLike
  private readonly hello: Hello
  private readonly step: ReturnType<typeof stepHandshake<Judgement>>
  private state: HandshakeState<Judgement> = newHandshake
  private readonly frames = new FrameRelay<CallFrame>()
  private readonly voice: Voice
  private readonly acks = new Subject<number>()
  private readonly unread: Unread
  private readonly pings = new Pings(token => {
    if (this.ended || this.leaving) return false
    this.voice.say({ _tag: 'Ping', token })
    return true
  })
  private announced: Kept | undefined
  private established = false
  /** We have said goodbye, and wait for the far end's half to end. */
  private leaving = false
  private ended = false
  private heartbeat: Heartbeat | undefined
  private subscription: Unsubscribable | undefined
  private timer: Subscription | undefined

  constructor(
    private readonly options: SessionOptions,
    private readonly pipe: Pipe<Frame>,
    private readonly listener: Listener,
  ) {
    this.scheduler = options.scheduler ?? asyncScheduler
    const { end, secret } = pipe
    const { resume } = options
    this.unread = new Unread(pipe.writable, options.unreadBytes, bytes =>
      this.broke(
        new PipeError('aborted', `${bytes} bytes wait for a far end that does not read: it is stopped or stuck`),
      ),
    )
    this.voice = new Voice(pipe, this.unread, {
      talks: () => {
        if (this.ended || this.leaving) return false
        this.heartbeat?.said()
        return true
      },
      broke: error => this.broke(error),
    })
    this.hello = helloOf(options, secret)
    this.step = stepHandshake<Judgement>({
      end,
      hello: this.hello,
      secret,
      describe: describeFor(options),
      judge: judge(options),
      verdicts: verdictsOf,
      objection: objectionTo,
      asks: resume?.asks?.session,
      keeps: asked => resume?.keeps?.(asked),
    })
  }

  start(): void {
    const { handshakeTimeout } = this.options
    this.timer = this.scheduler.schedule(
      () => this.handshake({ _tag: 'TimedOut', afterMs: handshakeTimeout }),
      handshakeTimeout,
    )
    this.handshake({ _tag: 'Started' })
    this.subscription = deliver(this.pipe.incoming, {
      payload: (kind, id, reader) => this.takePayload(kind, id, reader),
      frame: frame => this.take(frame),
      error: error => this.broke(error),
      complete: () =>
        this.broke(new PipeError('ended', 'the far end ended without a goodbye: it crashed or was killed')),
    })
    if (this.ended) this.subscription.unsubscribe()
  }

  /** Nobody wants this session any more. */
  leave(): void {
    if (!this.ended) this.sayGoodbye(done())
    this.finish()
  }

  private take(frame: Frame): void {
    if (this.ended) return
    this.heartbeat?.heard()
    if (!this.established) this.handshake({ _tag: 'Received', frame })
    else if (isCallFrame(frame)) {
      if (!this.leaving) this.frames.frame(frame)
    } else this.takeOwn(frame)
  }

  private takePayload(kind: PayloadKind, id: number, reader: Reader): void {
    if (this.ended) return
    this.heartbeat?.heard()
    if (!this.established) this.handshake({ _tag: 'Received', frame: frameOf(kind, id, reader) })
    else if (!this.leaving) this.frames.payload(kind, id, reader)
  }

  private takeOwn(frame: SessionFrame): void {
    switch (frame._tag) {
      case 'Ping':
        return this.voice.say({ _tag: 'Pong', token: frame.token })
      case 'Pong':
        return this.pings.answered(frame.token)
      case 'Goodbye':
        return this.farewell(frame)
      case 'Ack':
        return this.acks.next(frame.position)
      case 'Hello':
      case 'Proof':
      case 'Descriptors':
      case 'Verdicts':
        return this.violated(`a ${frame._tag} came after the handshake`)
      default:
        frame satisfies never
    }
  }

  private handshake(event: HandshakeEvent): void {
    if (this.established || this.ended) return
    const [state, commands] = this.step(this.state, event)
    this.state = state
    for (const command of commands) this.carryOut(command)
  }

  private carryOut(command: HandshakeCommand<Judgement>): void {
    switch (command._tag) {
      case 'Send':
        return this.voice.say(command.frame)
      case 'Trust':
        return this.options.trusted?.()
      case 'Announce':
        return this.announce(command.theirs, command.judgement, command.kept)
      case 'Establish': {
        const { judgement, theirs, verdicts } = command
        const { keys, windowMs = 0, epoch = 0 } = this.announced ?? {}
        const report = reportOf(judgement, verdicts)
        return this.establish({ _tag: 'New', judgement, report, keys, windowMs, epoch }, theirs)
      }
      case 'Freeze':
        return this.handshake({ _tag: 'Frozen', position: this.options.resume?.freeze?.(command.asked) ?? 0 })
      case 'Resume': {
        const { theirs, position } = command
        const asked = this.hello.resume ?? theirs.resume
        if (asked !== undefined) this.establish({ _tag: 'Resumed', asked, position }, theirs)
        return
      }
      case 'Fail':
        return this.abort(command.error)
      case 'End':
        return this.endCleanly()
      default:
        command satisfies never
    }
  }

  /** The session that is about to begin outlives this pipe from here on, where both ends would have it so. */
  private announce(theirs: Hello, judgement: Judgement, kept: Kept | undefined): void {
    if (this.ended) return
    const keys = kept?.keys ?? keysBetween(this.pipe, this.hello, theirs)
    if (keys === undefined) return
    const windowMs = kept?.windowMs ?? Math.min(this.hello.resumeMs, theirs.resumeMs)
    const epoch = kept === undefined ? 0 : ((this.hello.resume ?? theirs.resume)?.epoch ?? kept.epoch)
    this.announced = { keys, judgement, windowMs, epoch, begun: false }
    this.options.resume?.announced?.({ ...this.announced, supersede: () => this.supersede() })
  }

  private establish(beginning: Beginning, theirs: Hello): void {
    this.timer?.unsubscribe()
    this.established = true
    const { heartbeat = { everyMs: 0, tolerance: 1 } } = this.options
    this.heartbeat = new Heartbeat(
      heartbeat,
      theirs.heartbeatMs,
      {
        beat: () => this.voice.say({ _tag: 'Ping', token: 0 }),
        silent: afterMs =>
          this.broke(
            new PipeError('silent', `the far end has been silent for ${afterMs} ms: it is stopped or cut off`),
          ),
      },
      this.scheduler,
    )
    this.heartbeat.start()
    this.listener.next({
      beginning,
      pipe: { ...this.pipe, incoming: this.frames.source, outgoing: this.voice.calls },
      limits: theirs.limits,
      acks$: this.acks,
      ack: position => this.voice.say({ _tag: 'Ack', position }),
      goodbye: message => this.goodbye(message),
      violated: rule => this.violated(rule),
      ping: () => this.pings.ping(),
      lost: () =>
        this.cut(
          'LATE',
          new PipeError('aborted', 'this end had given the session up when the far end came back to it'),
        ),
      supersede: () => this.supersede(),
    })
  }

  private farewell({ reason, message }: Goodbye): void {
    if (reason === 'DONE') return this.endCleanly()
    this.abort(new Refused('far-end', `the far end cut the session off: ${message || reason}`))
  }

  private endCleanly(): void {
    if (!this.leaving) this.sayGoodbye(done())
    this.finish()
    this.listener.complete()
  }

  private goodbye(message?: string): void {
    if (this.ended || this.leaving) return
    this.sayGoodbye(done(message))
    this.timer = this.scheduler.schedule(() => this.endCleanly(), this.options.goodbyeTimeout)
  }

  private sayGoodbye(goodbye: Goodbye): void {
    this.leaving = true
    this.pipe.outgoing.next(goodbye)
    this.pipe.outgoing.complete()
  }

  private supersede(): void {
    if (this.ended) return
    this.finish()
    // the end that dialled leaves it to the other to close it: its dialler is not to fail
    if (this.pipe.end === 'dialled') this.pipe.outgoing.complete()
    else this.pipe.outgoing.error(new PipeError('aborted', 'a newer pipe has taken the session over'))
  }

  private violated(rule: string): void {
    this.cut('VIOLATION', new ProtocolViolation(rule))
  }

  private cut(reason: Goodbye['reason'], error: Error): void {
    if (this.ended) return
    this.voice.say({ _tag: 'Goodbye', reason, message: error.message })
    this.abort(error)
  }

  private broke(error: unknown): void {
    if (this.ended) return
    // whoever has said goodbye does not mind how the far end goes
    if (this.leaving) return this.endCleanly()
    if ((error as { readonly _tag?: unknown } | undefined)?._tag === 'ProtocolViolation')
      this.voice.say({ _tag: 'Goodbye', reason: 'VIOLATION', message: (error as Error).message })
    this.abort(error)
  }

  /** First whoever listens, so that every call ends with the reason; then the pipe, so that its dialler fails with it. */
  private abort(error: unknown): void {
    this.finish()
    this.listener.error(error)
    this.pipe.outgoing.error(error)
  }

  private finish(): void {
    this.ended = true
    this.timer?.unsubscribe()
    this.heartbeat?.stop()
    this.unread.stop()
    this.subscription?.unsubscribe()
    this.frames.complete()
    this.pings.end()
  }
}
